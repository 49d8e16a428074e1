using Edge.Foundation.Keys;

namespace Edge.Protocols.Derp;

/// <summary>Who connects to a relay, and what it says of itself.</summary>
internal sealed record DerpClientOptions
{
    /// <summary>The node's key; borrowed for as long as the client lives.</summary>
    public required PrivateKey Key { get; init; }

    /// <summary>The server's key, where it is known beforehand (fast start); null: the server's greeting tells it.</summary>
    public PublicKey? Server { get; init; }

    /// <summary>For relays of the same region.</summary>
    public MeshKey? Mesh { get; init; }

    public bool IsProber { get; init; }

    /// <summary>Whether it says that it answers pings; it does so in any case.</summary>
    public bool CanAckPings { get; init; } = true;

    /// <summary>What the server may count its clients by.</summary>
    public string? Application { get; init; }
}
