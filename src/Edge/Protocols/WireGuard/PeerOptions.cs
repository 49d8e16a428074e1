using Edge.Foundation.Addresses;

namespace Edge.Protocols.WireGuard;

/// <summary>What a peer is added with.</summary>
internal ref struct PeerOptions
{
    /// <summary>32 bytes, X25519.</summary>
    public required ReadOnlySpan<byte> PublicKey { get; init; }

    /// <summary>32 bytes, or empty for none. Copied; the caller zeroes its own.</summary>
    public ReadOnlySpan<byte> PresharedKey { get; init; }

    /// <summary>Where the peer was last known; the default: nowhere yet.</summary>
    public DatagramPath Path { get; init; }

    /// <summary>After this time without an authenticated message either way an empty one is sent; zero: never.</summary>
    public TimeSpan PersistentKeepalive { get; init; }
}
