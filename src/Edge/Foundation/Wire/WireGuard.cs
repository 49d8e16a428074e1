namespace Edge.Foundation.Wire;

// WireGuard whitepaper sections 5.4.2 to 5.4.7; integers are little-endian. The type and its three reserved zero bytes are read as one
// integer, as every implementation does.

/// <summary>Message 1, initiation (section 5.4.2).</summary>
[WireMessage(148, Order = ByteOrder.LittleEndian, Exact = true)]
internal readonly ref partial struct WireGuardInitiation
{
    [Const(1u)] public partial uint Type { get; }

    /// <summary>The index that answers carry. Only mac1 protects it.</summary>
    public partial uint Sender { get; }
    [Bytes(32)] public partial ReadOnlySpan<byte> Ephemeral { get; }

    /// <summary>AEAD of the initiator's static public key.</summary>
    [Bytes(48)] public partial ReadOnlySpan<byte> SealedStatic { get; }

    /// <summary>AEAD of a <see cref="Tai64n"/>.</summary>
    [Bytes(28)] public partial ReadOnlySpan<byte> SealedTimestamp { get; }

    /// <summary>Over the bytes before <see cref="Mac1Offset"/>.</summary>
    [Bytes(16)] public partial ReadOnlySpan<byte> Mac1 { get; }

    /// <summary>Over the bytes before <see cref="Mac2Offset"/>; zero without a cookie.</summary>
    [Bytes(16)] public partial ReadOnlySpan<byte> Mac2 { get; }
}

/// <summary>Message 2, response (section 5.4.3).</summary>
[WireMessage(92, Order = ByteOrder.LittleEndian, Exact = true)]
internal readonly ref partial struct WireGuardResponse
{
    [Const(2u)] public partial uint Type { get; }
    public partial uint Sender { get; }

    /// <summary>The sender of the initiation.</summary>
    public partial uint Receiver { get; }
    [Bytes(32)] public partial ReadOnlySpan<byte> Ephemeral { get; }

    /// <summary>AEAD of nothing: the tag.</summary>
    [Bytes(16)] public partial ReadOnlySpan<byte> SealedNothing { get; }

    /// <summary>Over the bytes before <see cref="Mac1Offset"/>.</summary>
    [Bytes(16)] public partial ReadOnlySpan<byte> Mac1 { get; }

    /// <summary>Over the bytes before <see cref="Mac2Offset"/>; zero without a cookie.</summary>
    [Bytes(16)] public partial ReadOnlySpan<byte> Mac2 { get; }
}

/// <summary>Message 3, cookie reply (section 5.4.7).</summary>
[WireMessage(64, Order = ByteOrder.LittleEndian, Exact = true)]
internal readonly ref partial struct WireGuardCookieReply
{
    [Const(3u)] public partial uint Type { get; }

    /// <summary>The sender of the message that is answered.</summary>
    public partial uint Receiver { get; }
    [Bytes(24)] public partial ReadOnlySpan<byte> Nonce { get; }

    /// <summary>XAEAD of the 16-byte cookie.</summary>
    [Bytes(32)] public partial ReadOnlySpan<byte> SealedCookie { get; }
}

/// <summary>Message 4, transport data (section 5.4.6). A keep-alive is the tag alone.</summary>
[WireMessage(16, Order = ByteOrder.LittleEndian)]
internal readonly ref partial struct WireGuardTransport
{
    [Const(4u)] public partial uint Type { get; }
    public partial uint Receiver { get; }
    public partial ulong Counter { get; }

    /// <summary>AEAD of the padded inner packet.</summary>
    [Tail(MinLength = 16)] public partial ReadOnlySpan<byte> Sealed { get; }
}

/// <summary>The timestamp inside an initiation (section 5.1): big-endian, unlike all around it.</summary>
[WireMessage(12, Exact = true)]
internal readonly ref partial struct Tai64n
{
    /// <summary>The label of Unix time 0: 2^62, and the 10 seconds that TAI was ahead of UTC in 1970.</summary>
    public const ulong UnixEpoch = 0x4000_0000_0000_000a;

    /// <summary>Unix seconds above <see cref="UnixEpoch"/>.</summary>
    public partial ulong Seconds { get; }
    public partial uint Nanoseconds { get; }
}
