using Edge.Foundation.Addresses;

namespace Edge.Node.WgQuick;

/// <summary>A <c>[Peer]</c> of a wg-quick file.</summary>
internal sealed class QuickPeer
{
    /// <summary>Where its section starts, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>32 bytes.</summary>
    public byte[] PublicKey { get; set; } = [];

    /// <summary>32 bytes, or empty.</summary>
    public byte[] PresharedKey { get; set; } = [];

    public List<IpPrefix> AllowedIps { get; } = [];

    /// <summary>A name or an address, and a port; null where the peer is to be heard of first.</summary>
    public QuickEndpoint? Endpoint { get; set; }

    /// <summary>Zero: never.</summary>
    public TimeSpan PersistentKeepalive { get; set; }
}
