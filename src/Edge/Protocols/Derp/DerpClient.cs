using System.Buffers;
using Edge.Crypto;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>
/// A node's side of one connection to a relay, after the HTTP upgrade: login, messages in, frames out. It is given the stream's bytes and
/// gives messages and writes; it opens nothing. Packets can be queued from the moment the server's key is known.
/// </summary>
internal sealed class DerpClient
{
    /// <summary>Packets that wait while the server does not read: beyond, the oldest goes.</summary>
    private const int QueuedPackets = 256;

    /// <summary>Bytes of all else that wait.</summary>
    private const int MostControl = 16 * 1024;

    private readonly DerpClientOptions _options;
    private readonly EntropySource _entropy;
    private readonly FrameBlocks _blocks = new();
    private readonly OutgoingFrames _outgoing;
    private FrameReader _reader;
    private TokenBucket _allowance;
    private Timestamp _heard;
    private readonly Timestamp _loginDeadline;
    private PublicKey _server;
    private bool _isGreeted;
    private bool _isWelcome;
    private bool? _isPreferred;
    private bool _watches;

    /// <param name="now">When the connection was made.</param>
    /// <param name="options">Who connects.</param>
    /// <param name="entropy">For the nonce of the hello.</param>
    public DerpClient(Timestamp now, DerpClientOptions options, EntropySource entropy)
    {
        (_options, _entropy) = (options, entropy);
        _outgoing = new OutgoingFrames(_blocks, DerpLimits.QueuedPackets, QueuedPackets);
        _heard = now;
        _loginDeadline = now + DerpLimits.HandshakeStep;
        if (options.Server is { } known)
            Introduce(known);
    }

    /// <summary>Why the connection must be closed; <see cref="DerpClientFault.None"/>: it goes on.</summary>
    public DerpClientFault Fault { get; private set; }

    /// <summary>The server's key; zero before its greeting.</summary>
    public PublicKey Server => _server;

    /// <summary>Whether the server has taken the client in.</summary>
    public bool IsWelcome => _isWelcome;

    /// <summary>Whether something waits to be written and no write is under way.</summary>
    public bool WantsToWrite => !_outgoing.IsTaken && !_outgoing.IsEmpty;

    public Timestamp NextDeadline => Fault != DerpClientFault.None ? Timestamp.Never
        : _isWelcome ? _heard + DerpLimits.Silence
        : Timestamp.Min(_loginDeadline, _heard + DerpLimits.Silence);

    /// <summary>Reads one message of the stream's bytes. To be called until it says false: then the bytes are used up, or there is a <see cref="Fault"/>.</summary>
    /// <param name="now">When they came.</param>
    /// <param name="bytes">What is used is cut off.</param>
    /// <param name="message">The message.</param>
    public bool Handle(Timestamp now, scoped ref ReadOnlySpan<byte> bytes, out DerpMessage message)
    {
        message = default;
        if (!bytes.IsEmpty)
            _heard = now;
        while (Fault == DerpClientFault.None)
        {
            switch (_reader.Next(_blocks, ref bytes, out var body))
            {
                case FrameStep.NeedsBytes:
                    return false;
                case FrameStep.Header:
                    Judge();
                    break;
                case FrameStep.Frame when !_isGreeted:
                    Greet(body);
                    break;
                case FrameStep.Frame:
                    if (TryRead(now, body, out message))
                        return true;
                    break;
            }
        }
        return false;
    }

    /// <summary>Finds what time alone says.</summary>
    public void Handle(Timestamp now)
    {
        if (Fault != DerpClientFault.None)
            return;
        if (!_isWelcome && now >= _loginDeadline)
            Fault = DerpClientFault.NoWelcome;
        else if (now >= _heard + DerpLimits.Silence)
            Fault = DerpClientFault.Silent;
    }

    /// <summary>What is to be written next, at most 16 KiB unless one frame is longer; empty: nothing. Valid until <see cref="Written"/>.</summary>
    public ReadOnlyMemory<byte> Poll() => _outgoing.Take();

    public void Written() => _outgoing.Written();

    /// <param name="now">For what the server allows.</param>
    /// <param name="destination">A node's key.</param>
    /// <param name="packet">At most 64 KiB; copied.</param>
    public DerpSendVerdict Send(Timestamp now, in PublicKey destination, ReadOnlySpan<byte> packet)
    {
        if (Refusal(packet) is { } refusal)
            return refusal;
        var length = DerpLimits.KeySize + packet.Length;
        if (!_allowance.TryTake(now, DerpFrameHeader.Size + length))
            return DerpSendVerdict.OverRate;
        var frame = Queue(DerpFrameType.SendPacket, packet, length, out var verdict);
        DerpSendPacket.Write(frame, destination.Bytes, packet);
        return verdict;
    }

    /// <summary>A packet that came from a client of ours, for one of the server's: between relays of a mesh.</summary>
    public DerpSendVerdict Forward(in PublicKey source, in PublicKey destination, ReadOnlySpan<byte> packet)
    {
        if (Refusal(packet) is { } refusal)
            return refusal;
        var frame = Queue(DerpFrameType.ForwardPacket, packet, 2 * DerpLimits.KeySize + packet.Length, out var verdict);
        DerpForwardPacket.Write(frame, source.Bytes, destination.Bytes, packet);
        return verdict;
    }

    /// <summary>Tells the server whether it is the client's home; it counts those.</summary>
    public void NotePreferred(bool isPreferred)
    {
        _isPreferred = isPreferred;
        if (CanSpeak)
            DerpNotePreferred.Write(_outgoing.Control(DerpFrameType.NotePreferred, DerpNotePreferred.Size), isPreferred);
    }

    /// <summary>Asks for a pong; before the server has greeted, or while it does not read, nothing happens.</summary>
    /// <param name="data">8 bytes, which the pong repeats.</param>
    public void Ping(ReadOnlySpan<byte> data)
    {
        if (CanSpeak)
            DerpPing.Write(_outgoing.Control(DerpFrameType.Ping, DerpPing.Size), data);
    }

    /// <summary>Asks to be told who comes and goes. It takes the mesh key.</summary>
    public void WatchConnections()
    {
        _watches = true;
        if (CanSpeak)
            _outgoing.Control(DerpFrameType.WatchConnections, 0);
    }

    /// <summary>Asks the server to end a client's connections. It takes the mesh key.</summary>
    public void ClosePeer(in PublicKey peer)
    {
        if (CanSpeak)
            DerpClosePeer.Write(_outgoing.Control(DerpFrameType.ClosePeer, DerpClosePeer.Size), peer.Bytes);
    }

    // What is said before the hello would be taken for it; and a server that pings without reading gets no queue of pongs.
    private bool CanSpeak => _isGreeted && Fault == DerpClientFault.None && _outgoing.ControlBytes < MostControl;

    private DerpSendVerdict? Refusal(ReadOnlySpan<byte> packet) => packet.Length > DerpLimits.Packet ? DerpSendVerdict.TooLong
        : _server.IsZero || Fault != DerpClientFault.None ? DerpSendVerdict.NotConnected
        : null;

    private Span<byte> Queue(DerpFrameType type, ReadOnlySpan<byte> packet, int length, out DerpSendVerdict verdict)
    {
        var isDisco = DiscoPackets.Is(packet);
        verdict = DerpSendVerdict.Queued;
        if (!_outgoing.Overflow(isDisco).IsEmpty)
        {
            _outgoing.DropOldest(isDisco);
            verdict = DerpSendVerdict.QueuedForAnother;
        }
        return _outgoing.Packet(isDisco, type, length);
    }

    private void Judge()
    {
        // A client that knew the server's key is greeted all the same, and skips it.
        if (!_isGreeted && (_reader.Type != DerpFrameType.ServerKey || _reader.Length is < DerpServerKey.Size or > DerpLimits.Greeting))
            Fault = DerpClientFault.BadGreeting;
        else if (_reader.Length > DerpLimits.ClientFrame)
            Fault = DerpClientFault.FrameTooLong;
    }

    private void Greet(ReadOnlySpan<byte> body)
    {
        if (DerpServerKey.TryRead(body, out var greeting))
            Introduce(new PublicKey(greeting.Server));
        else
            Fault = DerpClientFault.BadGreeting;
    }

    /// <summary>ClientInfo: key, nonce and box. It goes before all else.</summary>
    private void Introduce(in PublicKey server)
    {
        (_server, _isGreeted) = (server, true);
        var json = new ArrayBufferWriter<byte>(ClientHello.JsonSize(_options.Mesh is not null, _options.Application));
        ClientHello.Write(json, _options.Mesh, _options.CanAckPings, _options.IsProber, _options.Application);
        var body = _outgoing.Control(DerpFrameType.ClientInfo, DerpClientInfo.Size + CryptoBox.TagSize + json.WrittenCount);
        Span<byte> nonce = stackalloc byte[CryptoBox.NonceSize];
        _entropy.Fill(nonce);
        DerpClientInfo.WriteHeader(body, _options.Key.PublicKey.Bytes, nonce);
        if (!CryptoBox.Seal(_options.Key.KeyPair.PrivateKey, server.Bytes, nonce, json.WrittenSpan, body[DerpClientInfo.Size..]))
            Fault = DerpClientFault.BadGreeting;
        json.Clear();
        if (_isPreferred is { } isPreferred)
            NotePreferred(isPreferred);
        if (_watches)
            WatchConnections();
    }

    private bool TryRead(Timestamp now, ReadOnlySpan<byte> body, out DerpMessage message)
    {
        message = default;
        switch (_reader.Type)
        {
            case DerpFrameType.ServerInfo:
                return TryWelcome(now, body, out message);
            case DerpFrameType.RecvPacket when DerpRecvPacket.TryRead(body, out var packet):
                message = new() { Kind = DerpMessageKind.Packet, Peer = new PublicKey(packet.Source), Body = packet.Packet };
                return true;
            case DerpFrameType.PeerGone when DerpPeerGone.TryRead(body, out var gone):
                message = new() { Kind = DerpMessageKind.PeerGone, Peer = new PublicKey(gone.Peer), Reason = gone.Reason };
                return true;
            case DerpFrameType.PeerPresent when DerpPeerPresent.TryRead(body, out var present):
                message = new()
                {
                    Kind = DerpMessageKind.PeerPresent,
                    Peer = new PublicKey(present.Peer),
                    Flags = present.Flags,
                    Endpoint = present.HasEndpoint ? new Endpoint(new IpAddress(present.Endpoint.Address), present.Endpoint.Port) : null,
                };
                return true;
            case DerpFrameType.Ping when DerpPing.TryRead(body, out var ping):
                if (CanSpeak)
                    DerpPing.Write(_outgoing.Control(DerpFrameType.Pong, DerpPing.Size), ping.Data);
                message = new() { Kind = DerpMessageKind.Ping, Body = ping.Data };
                return true;
            case DerpFrameType.Pong when DerpPing.TryRead(body, out var pong):
                message = new() { Kind = DerpMessageKind.Pong, Body = pong.Data };
                return true;
            case DerpFrameType.KeepAlive:
                message = new() { Kind = DerpMessageKind.KeepAlive };
                return true;
            case DerpFrameType.Health:
                message = new() { Kind = DerpMessageKind.Health, Body = body };
                return true;
            case DerpFrameType.Restarting when DerpRestarting.TryRead(body, out var restarting):
                message = new()
                {
                    Kind = DerpMessageKind.Restarting,
                    ReconnectIn = TimeSpan.FromMilliseconds(restarting.ReconnectIn),
                    TryFor = TimeSpan.FromMilliseconds(restarting.TryFor),
                };
                return true;
            default:
                // Of another version, or too short: skipped, as the stock client does it.
                return false;
        }
    }

    private bool TryWelcome(Timestamp now, ReadOnlySpan<byte> body, out DerpMessage message)
    {
        message = default;
        if (!ServerHello.TryOpen(_options.Key, _server, body, out var hello))
        {
            Fault = DerpClientFault.BadServerInfo;
            return false;
        }
        _isWelcome = true;
        _allowance = new TokenBucket(hello.BytesPerSecond, hello.BytesBurst, now);
        message = new() { Kind = DerpMessageKind.ServerInfo, Server = hello };
        return true;
    }
}
