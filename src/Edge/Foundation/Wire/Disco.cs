namespace Edge.Foundation.Wire;

// DISCO finds paths between two nodes. Layouts: tailscale 1.96.5, disco/disco.go; integers are big-endian. What the real parser tolerates is
// tolerated here, message by message.

/// <summary>The first byte of an opened DISCO message.</summary>
internal enum DiscoType : byte
{
    Ping = 0x01,
    Pong = 0x02,
    CallMeMaybe = 0x03,
    BindUdpRelayEndpoint = 0x04,
    BindUdpRelayEndpointChallenge = 0x05,
    BindUdpRelayEndpointAnswer = 0x06,
    CallMeMaybeVia = 0x07,
    AllocateUdpRelayEndpointRequest = 0x08,
    AllocateUdpRelayEndpointResponse = 0x09,
}

/// <summary>A whole packet: magic "TS" and a speech balloon, who sends, and a NaCl box (tag first) with the message.</summary>
[WireMessage(62)]
internal readonly ref partial struct DiscoPacket
{
    [Magic(0x54, 0x53, 0xf0, 0x9f, 0x92, 0xac)] public partial ReadOnlySpan<byte> Magic { get; }

    /// <summary>Disco public key. It proves nothing until the box has opened with it.</summary>
    [Bytes(32)] public partial ReadOnlySpan<byte> Sender { get; }
    [Bytes(24)] public partial ReadOnlySpan<byte> Nonce { get; }
    [Tail] public partial ReadOnlySpan<byte> Box { get; }
}

/// <summary>What every opened message starts with.</summary>
[WireMessage(2)]
internal readonly ref partial struct DiscoHeader
{
    public partial DiscoType Type { get; }
    public partial byte Version { get; }
    [Tail] public partial ReadOnlySpan<byte> Body { get; }
}

/// <summary>An IP address and UDP port; IPv4 addresses are mapped (::ffff:a.b.c.d).</summary>
[WireMessage(18)]
internal readonly ref partial struct DiscoEndpoint
{
    [Address] public partial UInt128 Address { get; }
    public partial ushort Port { get; }
}

/// <summary>
/// Ping: answer with a <see cref="DiscoPong"/> on the path it came by. A body without room for a whole node key has none, and all of it is padding.
/// The version is ignored.
/// </summary>
[WireMessage(46)]
internal readonly ref partial struct DiscoPing
{
    [Const(DiscoType.Ping)] public partial DiscoType Type { get; }
    [Reserved] public partial byte Version { get; }
    [Bytes(12)] public partial ReadOnlySpan<byte> TxId { get; }

    /// <summary>Node public key of the sender: a hint, to be checked against the netmap.</summary>
    [Optional, Bytes(32)] public partial ReadOnlySpan<byte> NodeKey { get; }

    /// <summary>Makes the packet as large as a path must carry.</summary>
    [Tail] public partial ReadOnlySpan<byte> Padding { get; }
}

/// <summary>Pong. Bytes behind it and the version are ignored.</summary>
[WireMessage(32)]
internal readonly ref partial struct DiscoPong
{
    [Const(DiscoType.Pong)] public partial DiscoType Type { get; }
    [Reserved] public partial byte Version { get; }
    [Bytes(12)] public partial ReadOnlySpan<byte> TxId { get; }

    /// <summary>Where the ping came from, as its receiver saw it.</summary>
    public partial DiscoEndpoint Source { get; }
}

/// <summary>Call me maybe, over DERP only: "I have pinged you, ping me here". One that cannot be read counts as one without endpoints.</summary>
[WireMessage(2)]
internal readonly ref partial struct DiscoCallMeMaybe
{
    [Const(DiscoType.CallMeMaybe)] public partial DiscoType Type { get; }
    [Const(0)] public partial byte Version { get; }

    /// <summary>For <see cref="DiscoEndpoints"/>.</summary>
    [Tail(Unit = 18)] public partial ReadOnlySpan<byte> Endpoints { get; }
}

/// <summary>What the three messages of the handshake with a peer relay share.</summary>
[WireMessage(72)]
internal readonly ref partial struct DiscoRelayBinding
{
    /// <summary>The relay session's number in Geneve headers.</summary>
    public partial uint Vni { get; }

    /// <summary>Of the client's attempts; never 0.</summary>
    public partial uint Generation { get; }

    /// <summary>Disco public key of the other client, unless the relay speaks: then that of this one's peer.</summary>
    [Bytes(32)] public partial ReadOnlySpan<byte> RemoteKey { get; }

    /// <summary>All zero in the first message.</summary>
    [Secret, Bytes(32)] public partial ReadOnlySpan<byte> Challenge { get; }
}

/// <summary>Client to relay: I want this session. Bytes behind it and the version are ignored.</summary>
[WireMessage(74)]
internal readonly ref partial struct DiscoBind
{
    [Const(DiscoType.BindUdpRelayEndpoint)] public partial DiscoType Type { get; }
    [Reserved] public partial byte Version { get; }
    public partial DiscoRelayBinding Binding { get; }
}

/// <summary>Relay to client: prove that you receive at this address. Bytes behind it and the version are ignored.</summary>
[WireMessage(74)]
internal readonly ref partial struct DiscoBindChallenge
{
    [Const(DiscoType.BindUdpRelayEndpointChallenge)] public partial DiscoType Type { get; }
    [Reserved] public partial byte Version { get; }
    public partial DiscoRelayBinding Binding { get; }
}

/// <summary>Client to relay: the challenge, returned. Bytes behind it and the version are ignored.</summary>
[WireMessage(74)]
internal readonly ref partial struct DiscoBindAnswer
{
    [Const(DiscoType.BindUdpRelayEndpointAnswer)] public partial DiscoType Type { get; }
    [Reserved] public partial byte Version { get; }
    public partial DiscoRelayBinding Binding { get; }
}

/// <summary>A session at a peer relay, as its server gave it.</summary>
[WireMessage(124)]
internal readonly ref partial struct DiscoRelayEndpoint
{
    /// <summary>Disco public key of the relay.</summary>
    [Bytes(32)] public partial ReadOnlySpan<byte> Server { get; }

    /// <summary>Disco public keys of the two clients.</summary>
    [Bytes(32)] public partial ReadOnlySpan<byte> FirstClient { get; }
    [Bytes(32)] public partial ReadOnlySpan<byte> SecondClient { get; }

    /// <summary>Orders what one relay allocates.</summary>
    public partial ulong LamportId { get; }
    public partial uint Vni { get; }

    /// <summary>Nanoseconds until an unbound session is forgotten.</summary>
    public partial ulong BindLifetime { get; }

    /// <summary>Nanoseconds until an idle session is forgotten.</summary>
    public partial ulong SteadyStateLifetime { get; }
}

/// <summary>Call me maybe by way of a relay. Another version counts as an empty one; a length that does not fit is an error.</summary>
[WireMessage(126)]
internal readonly ref partial struct DiscoCallMeMaybeVia
{
    [Const(DiscoType.CallMeMaybeVia)] public partial DiscoType Type { get; }
    [Const(0)] public partial byte Version { get; }
    public partial DiscoRelayEndpoint Relay { get; }

    /// <summary>Where the relay listens, one at least, for <see cref="DiscoEndpoints"/>.</summary>
    [Tail(Unit = 18, MinLength = 18)] public partial ReadOnlySpan<byte> Endpoints { get; }
}

/// <summary>To a relay, over DERP: allocate a session for two clients. Another version counts as an empty one.</summary>
[WireMessage(70)]
internal readonly ref partial struct DiscoAllocateRequest
{
    [Const(DiscoType.AllocateUdpRelayEndpointRequest)] public partial DiscoType Type { get; }
    [Const(0)] public partial byte Version { get; }

    /// <summary>Disco public keys of the two clients.</summary>
    [Bytes(32)] public partial ReadOnlySpan<byte> FirstClient { get; }
    [Bytes(32)] public partial ReadOnlySpan<byte> SecondClient { get; }

    /// <summary>Of the requests; the response repeats it.</summary>
    public partial uint Generation { get; }
}

/// <summary>From a relay, over DERP: the session. Another version counts as an empty one; a length that does not fit is an error.</summary>
[WireMessage(130)]
internal readonly ref partial struct DiscoAllocateResponse
{
    [Const(DiscoType.AllocateUdpRelayEndpointResponse)] public partial DiscoType Type { get; }
    [Const(0)] public partial byte Version { get; }
    public partial uint Generation { get; }
    public partial DiscoRelayEndpoint Relay { get; }

    /// <summary>Where the relay listens, one at least, for <see cref="DiscoEndpoints"/>.</summary>
    [Tail(Unit = 18, MinLength = 18)] public partial ReadOnlySpan<byte> Endpoints { get; }
}

/// <summary>Walks a list of endpoints; bytes at the end that make no whole one are left.</summary>
internal ref struct DiscoEndpoints(ReadOnlySpan<byte> endpoints)
{
    private ReadOnlySpan<byte> _rest = endpoints;

    public bool TryNext(out DiscoEndpoint endpoint)
    {
        if (!DiscoEndpoint.TryRead(_rest, out endpoint))
            return false;
        _rest = _rest[DiscoEndpoint.Size..];
        return true;
    }
}
