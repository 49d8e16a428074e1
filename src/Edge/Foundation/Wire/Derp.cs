namespace Edge.Foundation.Wire;

// DERP, the relay protocol, is a stream of frames. Layouts: tailscale 1.96.5, derp/derp.go; integers are big-endian. Here are the frame header and the
// bodies; a body's length is the header's, which the caller checks against its limit before it reads on. Bytes behind a body are ignored.

/// <summary>Frame types; others occur and are skipped.</summary>
internal enum DerpFrameType : byte
{
    ServerKey = 0x01,
    ClientInfo = 0x02,
    ServerInfo = 0x03,
    SendPacket = 0x04,
    RecvPacket = 0x05,

    /// <summary>Without a body.</summary>
    KeepAlive = 0x06,
    NotePreferred = 0x07,
    PeerGone = 0x08,
    PeerPresent = 0x09,
    ForwardPacket = 0x0a,

    /// <summary>Without a body.</summary>
    WatchConnections = 0x10,
    ClosePeer = 0x11,
    Ping = 0x12,
    Pong = 0x13,

    /// <summary>The body is the text of a problem, or empty when there is none any more.</summary>
    Health = 0x14,
    Restarting = 0x15,
}

/// <summary>Why a peer is gone.</summary>
internal enum DerpPeerGoneReason : byte
{
    Disconnected = 0x00,

    /// <summary>The server does not know the peer.</summary>
    NotHere = 0x01,
}

/// <summary>What kind of client is present.</summary>
[Flags]
internal enum DerpPeerFlags : byte
{
    None = 0,
    Regular = 1,
    MeshPeer = 2,
    Prober = 4,
    NotIdeal = 8,
}

/// <summary>What every frame starts with.</summary>
[WireMessage(5)]
internal readonly ref partial struct DerpFrameHeader
{
    public partial DerpFrameType Type { get; }

    /// <summary>Bytes of the body. It comes from outside: up to 4 GiB.</summary>
    public partial uint Length { get; }
}

/// <summary>ServerKey: the first frame of a server. Its magic is "DERP" and a key.</summary>
[WireMessage(40)]
internal readonly ref partial struct DerpServerKey
{
    [Magic(0x44, 0x45, 0x52, 0x50, 0xf0, 0x9f, 0x94, 0x91)] public partial ReadOnlySpan<byte> Magic { get; }
    [Bytes(32)] public partial ReadOnlySpan<byte> Server { get; }
}

/// <summary>ClientInfo: who connects, and a NaCl box with JSON for the server.</summary>
[WireMessage(56)]
internal readonly ref partial struct DerpClientInfo
{
    /// <summary>Node public key.</summary>
    [Bytes(32)] public partial ReadOnlySpan<byte> Client { get; }
    [Bytes(24)] public partial ReadOnlySpan<byte> Nonce { get; }
    [Tail] public partial ReadOnlySpan<byte> Box { get; }
}

/// <summary>ServerInfo: a NaCl box with JSON for the client.</summary>
[WireMessage(24)]
internal readonly ref partial struct DerpServerInfo
{
    [Bytes(24)] public partial ReadOnlySpan<byte> Nonce { get; }
    [Tail] public partial ReadOnlySpan<byte> Box { get; }
}

/// <summary>SendPacket, client to server.</summary>
[WireMessage(32)]
internal readonly ref partial struct DerpSendPacket
{
    [Bytes(32)] public partial ReadOnlySpan<byte> Destination { get; }
    [Tail] public partial ReadOnlySpan<byte> Packet { get; }
}

/// <summary>RecvPacket, server to client (protocol version 2).</summary>
[WireMessage(32)]
internal readonly ref partial struct DerpRecvPacket
{
    [Bytes(32)] public partial ReadOnlySpan<byte> Source { get; }
    [Tail] public partial ReadOnlySpan<byte> Packet { get; }
}

/// <summary>ForwardPacket, between servers of a mesh.</summary>
[WireMessage(64)]
internal readonly ref partial struct DerpForwardPacket
{
    [Bytes(32)] public partial ReadOnlySpan<byte> Source { get; }
    [Bytes(32)] public partial ReadOnlySpan<byte> Destination { get; }
    [Tail] public partial ReadOnlySpan<byte> Packet { get; }
}

/// <summary>NotePreferred: whether this server is the client's home.</summary>
[WireMessage(1)]
internal readonly ref partial struct DerpNotePreferred
{
    public partial bool Preferred { get; }
}

/// <summary>PeerGone: one to whom this client has sent is no longer there. Old servers give no reason, which reads as disconnected.</summary>
[WireMessage(33)]
internal readonly ref partial struct DerpPeerGone
{
    [Bytes(32)] public partial ReadOnlySpan<byte> Peer { get; }
    [Optional] public partial DerpPeerGoneReason Reason { get; }
}

/// <summary>PeerPresent, to watchers of a mesh. Old servers give no flags, or the key only.</summary>
[WireMessage(51)]
internal readonly ref partial struct DerpPeerPresent
{
    [Bytes(32)] public partial ReadOnlySpan<byte> Peer { get; }

    /// <summary>Where the peer connects from.</summary>
    [Optional] public partial DiscoEndpoint Endpoint { get; }
    [Optional] public partial DerpPeerFlags Flags { get; }
}

/// <summary>ClosePeer, from a mesh client.</summary>
[WireMessage(32)]
internal readonly ref partial struct DerpClosePeer
{
    [Bytes(32)] public partial ReadOnlySpan<byte> Peer { get; }
}

/// <summary>Ping and Pong: the pong repeats the ping's first 8 bytes.</summary>
[WireMessage(8)]
internal readonly ref partial struct DerpPing
{
    [Bytes(8)] public partial ReadOnlySpan<byte> Data { get; }
}

/// <summary>Restarting: the server will go away. In milliseconds.</summary>
[WireMessage(8)]
internal readonly ref partial struct DerpRestarting
{
    public partial uint ReconnectIn { get; }
    public partial uint TryFor { get; }
}
