namespace Edge.Protocols.Derp;

/// <summary>What a relay wants done, filled by its <c>Poll</c>: the caller's, used again and again.</summary>
internal sealed class RelayOutbox
{
    /// <summary>Clients that have something to be written: take it, write it, say so, until nothing is left.</summary>
    public List<RelayClient> Writable { get; } = [];

    /// <summary>Clients of whom nobody has decided yet whether they are admitted: answer with a verdict.</summary>
    public List<RelayClient> Questions { get; } = [];

    /// <summary>Clients whose connections end; each once.</summary>
    public List<RelayClient> Closed { get; } = [];

    /// <summary>Links to other relays that have something to be written.</summary>
    public List<MeshLink> WritableLinks { get; } = [];

    public void Clear()
    {
        Writable.Clear();
        Questions.Clear();
        Closed.Clear();
        WritableLinks.Clear();
    }
}
