using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>One message of a server. Which properties mean something its kind says; the bytes are valid until the next message is read.</summary>
internal readonly ref struct DerpMessage
{
    public DerpMessageKind Kind { get; init; }

    /// <summary>Packet: who sent it. PeerGone, PeerPresent: whom it is about.</summary>
    public PublicKey Peer { get; init; }

    /// <summary>Packet: its bytes. Ping and Pong: 8 bytes. Health: the problem in UTF-8, empty when there is none any more.</summary>
    public ReadOnlySpan<byte> Body { get; init; }

    /// <summary>PeerGone: why.</summary>
    public DerpPeerGoneReason Reason { get; init; }

    /// <summary>PeerPresent: what kind of client it is.</summary>
    public DerpPeerFlags Flags { get; init; }

    /// <summary>PeerPresent: where it connects from; null where the server does not say.</summary>
    public Endpoint? Endpoint { get; init; }

    /// <summary>ServerInfo: what may be sent on average and at once, in bytes; zero where there is no limit.</summary>
    public ServerHello Server { get; init; }

    /// <summary>Restarting: wait so long before connecting again.</summary>
    public TimeSpan ReconnectIn { get; init; }

    /// <summary>Restarting: and try for so long.</summary>
    public TimeSpan TryFor { get; init; }
}
