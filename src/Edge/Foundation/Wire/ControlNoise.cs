namespace Edge.Foundation.Wire;

// The Noise_IK transport to the control server ("ts2021"). Layouts: tailscale 1.96.5, control/controlbase/messages.go and control/ts2021/conn.go;
// integers are big-endian. A frame is at most 4,096 bytes with its header.

/// <summary>The byte that tells a frame.</summary>
internal enum ControlNoiseType : byte
{
    Initiation = 1,
    Response = 2,
    Error = 3,
    Record = 4,
}

/// <summary>What every frame but the initiation starts with.</summary>
[WireMessage(3)]
internal readonly ref partial struct ControlNoiseHeader
{
    /// <summary>Largest frame, this header included.</summary>
    public const int MostFrameBytes = 4096;

    public partial ControlNoiseType Type { get; }

    /// <summary>Bytes behind this header.</summary>
    public partial ushort Length { get; }
}

/// <summary>Client to server, tokens e, es, s, ss.</summary>
[WireMessage(101)]
internal readonly ref partial struct ControlNoiseInitiation
{
    /// <summary>The capability version, which the prologue binds.</summary>
    public partial ushort ProtocolVersion { get; }
    [Const(ControlNoiseType.Initiation)] public partial ControlNoiseType Type { get; }
    [Const(96)] public partial ushort Length { get; }
    [Bytes(32)] public partial ReadOnlySpan<byte> Ephemeral { get; }

    /// <summary>AEAD of the client's machine public key.</summary>
    [Bytes(48)] public partial ReadOnlySpan<byte> SealedMachineKey { get; }

    /// <summary>AEAD of nothing.</summary>
    [Bytes(16)] public partial ReadOnlySpan<byte> Tag { get; }
}

/// <summary>Server to client, tokens e, ee, se.</summary>
[WireMessage(51)]
internal readonly ref partial struct ControlNoiseResponse
{
    [Const(ControlNoiseType.Response)] public partial ControlNoiseType Type { get; }
    [Const(48)] public partial ushort Length { get; }
    [Bytes(32)] public partial ReadOnlySpan<byte> Ephemeral { get; }

    /// <summary>AEAD of nothing.</summary>
    [Bytes(16)] public partial ReadOnlySpan<byte> Tag { get; }
}

/// <summary>Instead of a response. Anyone on the way can have written it: a hint for people.</summary>
[WireMessage(3)]
internal readonly ref partial struct ControlNoiseError
{
    [Const(ControlNoiseType.Error)] public partial ControlNoiseType Type { get; }
    public partial ushort Length { get; }
    [Tail(nameof(Length))] public partial ReadOnlySpan<byte> Text { get; }
}

/// <summary>A record after the handshake. One without plaintext is legal.</summary>
[WireMessage(3)]
internal readonly ref partial struct ControlNoiseRecord
{
    [Const(ControlNoiseType.Record)] public partial ControlNoiseType Type { get; }
    public partial ushort Length { get; }

    /// <summary>Ciphertext and tag.</summary>
    [Tail(nameof(Length), MinLength = 16)] public partial ReadOnlySpan<byte> Sealed { get; }
}

/// <summary>
/// Before HTTP/2 a server may send JSON, with this header: an HTTP/2 frame cannot start with three 0xff bytes, its length would be illegal.
/// </summary>
[WireMessage(9)]
internal readonly ref partial struct ControlEarlyPayload
{
    [Magic(0xff, 0xff, 0xff, 0x54, 0x53)] public partial ReadOnlySpan<byte> Magic { get; }

    /// <summary>Bytes of the JSON. Refuse more than 10 MiB.</summary>
    public partial uint Length { get; }
}

/// <summary>Before each map response: little-endian, unlike all around it (tailscale 1.96.5, control/controlclient/direct.go).</summary>
[WireMessage(4, Order = ByteOrder.LittleEndian)]
internal readonly ref partial struct ControlMapFrameHeader
{
    /// <summary>Bytes of the (compressed) JSON behind.</summary>
    public partial uint Length { get; }
}
