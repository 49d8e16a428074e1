namespace Edge.Protocols.WireGuard;

/// <summary>What a device is made with.</summary>
internal ref struct DeviceOptions
{
    public DeviceOptions()
    {
    }

    /// <summary>32 bytes, X25519. Copied; the caller zeroes its own.</summary>
    public required ReadOnlySpan<byte> PrivateKey { get; init; }

    /// <summary>Which shard owns the device, from 0 to <see cref="ReceiverIndex.MaxShards"/> - 1: the top bits of every receiver index that it gives out.</summary>
    public int Shard { get; init; }

    /// <summary>The tunnel's MTU: packets up to it are never padded beyond it.</summary>
    public int Mtu { get; init; } = 1420;

    /// <summary>
    /// The greatest timestamp that the private key has ever sent (<see cref="WireGuardDevice.LatestStamp"/> of the last run, from the state
    /// that persists): no later one will be smaller, whatever the wall clock says. Default: none is known.
    /// </summary>
    public HandshakeStamp LatestStamp { get; init; }

    /// <summary>Handshake messages that are worked on in a row before their senders must prove their address (whitepaper section 5.3).</summary>
    public int HandshakeBurst { get; init; } = 256;

    /// <summary>And how many more every second.</summary>
    public int HandshakesPerSecond { get; init; } = 512;

    /// <summary>Packets that wait for one peer's handshake; the oldest gives way to the newest.</summary>
    public int StagedPerPeer { get; init; } = 128;

    /// <summary>Packets that wait for handshakes of all peers; one above the MTU counts as several.</summary>
    public int StagedInAll { get; init; } = 2048;
}
