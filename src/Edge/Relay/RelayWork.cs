namespace Edge.Relay;

/// <summary>What one call of the core wants done, once the lock is free: chains of connections, which nobody else holds meanwhile.</summary>
internal struct RelayWork
{
    public RelayConnection? ToWrite;
    public RelayConnection? ToEnd;
    public RelayConnection? ToAsk;
    public MeshConnection? ToForward;
}
