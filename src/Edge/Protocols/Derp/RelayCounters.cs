namespace Edge.Protocols.Derp;

/// <summary>What a relay has done since it began, and has now: the figures behind derper's metrics.</summary>
internal sealed class RelayCounters
{
    /// <summary>How many reasons there are.</summary>
    public const int Reasons = (int)RelayDropReason.DuplicateClient + 1;

    private readonly long[] _packetsDropped = new long[2 * Reasons];
    private readonly long[] _bytesDropped = new long[2 * Reasons];

    public long Accepts;
    public long PacketsReceived;
    public long BytesReceived;
    public long DiscoReceived;
    public long PacketsSent;
    public long BytesSent;
    public long ForwardedIn;
    public long ForwardedOut;
    public long GoneDisconnected;
    public long GoneNotHere;
    public long GotPing;
    public long SentPong;
    public long UnknownFrames;
    public long HomeMovesIn;
    public long HomeMovesOut;
    public long WriteTimeouts;
    public long RateLimited;
    public long Refused;

    // Of now.
    public long Connections;
    public long HomeConnections;
    public long NotIdealConnections;
    public long DuplicateKeys;
    public long DuplicateConnections;

    /// <summary>Connections that ever shared a key with another.</summary>
    public long DuplicateConnectionsTotal;

    public long PacketsDropped(RelayDropReason reason, bool isDisco) => _packetsDropped[Place(reason, isDisco)];

    public long BytesDropped(RelayDropReason reason, bool isDisco) => _bytesDropped[Place(reason, isDisco)];

    public void Drop(RelayDropReason reason, bool isDisco, int packets, int bytes)
    {
        _packetsDropped[Place(reason, isDisco)] += packets;
        _bytesDropped[Place(reason, isDisco)] += bytes;
    }

    private static int Place(RelayDropReason reason, bool isDisco) => 2 * (int)reason + (isDisco ? 1 : 0);
}
