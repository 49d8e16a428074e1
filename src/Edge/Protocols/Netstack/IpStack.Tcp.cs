using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

// Which connection a segment belongs to; and those states of RFC 9293 that have no connection yet: CLOSED (section 3.10.7.1) and LISTEN (3.10.7.2).
internal sealed partial class IpStack
{
    // RFC 6056 section 3.2; IANA's dynamic ports begin later, but everyone begins here. Linux chooses none from 61,000 on (net.ipv4.ip_local_port_range).
    private const uint FirstPort = 32_768, SystemsEnd = 61_000, PortEnd = 65_536;

    private readonly Dictionary<FlowKey, TcpConnection> _flows;
    private readonly List<TcpListener> _listeners = [];
    private readonly ConnectionList _halfOpen = new();
    private readonly ConnectionList _timeWaits = new();
    private uint _portCounter;
    private bool _takesAny;

    private uint LeastPort => Options.IsBesideSystem ? SystemsEnd : FirstPort;

    private uint PortCount => Options.IsBesideSystem ? PortEnd - SystemsEnd : SystemsEnd - FirstPort;

    /// <summary>Takes connections to a port.</summary>
    /// <param name="address">Ours; null: to any of ours, or to any at all where <paramref name="port"/> is 0, as subnet routers and exit nodes need it.</param>
    /// <param name="port">0: to every port that no other listener has.</param>
    /// <param name="asks">Each SYN is an <see cref="TcpEvents.Incoming"/> event, and nothing is answered before the user decides.</param>
    public TcpListener Listen(IpAddress? address, ushort port, bool asks = false)
    {
        var listener = new TcpListener(address, port, asks);
        _listeners.Add(listener);
        ReconsiderAny();
        return listener;
    }

    /// <summary>No new connections come from it; those that it made go on.</summary>
    public void Close(TcpListener listener)
    {
        _listeners.Remove(listener);
        ReconsiderAny();
    }

    /// <summary>Opens a connection. <see cref="TcpEvents.Established"/> or <see cref="TcpEvents.Closed"/> tells how it went.</summary>
    /// <param name="now">The time.</param>
    /// <param name="local">An address of ours, of the remote's family.</param>
    /// <param name="remote">The other end.</param>
    /// <returns>Null: there are too many connections, or no port is free.</returns>
    public TcpConnection? Connect(Timestamp now, IpAddress local, Endpoint remote)
    {
        if (local.IsV4 != remote.Address.IsV4)
            throw new ArgumentException($"{remote} cannot be reached from {local}: the one is IPv4 and the other IPv6.", nameof(local));
        _now = now;
        // RFC 6056 section 3.3.3: an offset that only we know for this remote, and a counter.
        var offset = (uint)new FlowKey(local, 0, remote.Address, remote.Port).Hash(_sip, purpose: 3);
        for (var i = 0; i < PortCount; i++)
        {
            var port = (ushort)(LeastPort + (offset + _portCounter++) % PortCount);
            var key = new FlowKey(local, port, remote.Address, remote.Port);
            if (_flows.ContainsKey(key))
                continue;
            if (_flows.Count >= Options.MaxConnections && !DropOldest(_timeWaits))
                return null;
            var connection = Create(now, key, null, InitialSequence(now, key));
            connection.Begin(now);
            return connection;
        }
        return null;
    }

    internal void Reject(TcpConnection connection, RejectKind kind, uint acknowledgment)
    {
        var key = connection.Key;
        if (kind == RejectKind.Reset)
            SendReset(key, 0, acknowledgment);
        else if (kind is RejectKind.Unreachable or RejectKind.Prohibited)
            QuoteSyn(key, acknowledgment - 1, kind);
    }

    internal void Remove(TcpConnection connection)
    {
        connection.List?.Remove(connection);
        _timers.Remove(connection);
        // One in TIME-WAIT may have been replaced already.
        if (_flows.TryGetValue(connection.Key, out var there) && there == connection)
            _flows.Remove(connection.Key);
    }

    internal void IsHalfOpenNoMore(TcpConnection connection) => _halfOpen.Remove(connection);

    internal void BecameTimeWait(TcpConnection connection)
    {
        if (_timeWaits.Count >= Options.MaxTimeWait)
            DropOldest(_timeWaits);
        _timeWaits.Add(connection);
    }

    private static bool DropOldest(ConnectionList list)
    {
        if (list.Oldest is not { } oldest)
            return false;
        oldest.Close(CloseReason.TimedOut);
        return true;
    }

    private DropReason HandleTcp(IpAddress source, IpAddress destination, ReadOnlySpan<byte> bytes)
    {
        if (!TcpHeader.TryRead(bytes, out var header) || header.SourcePort == 0 || header.DestinationPort == 0)
            return DropReason.Malformed;
        if (!InternetChecksum.IsValid(InternetChecksum.AddPseudoHeader(0, source, destination, IpProtocol.Tcp, bytes.Length), bytes))
            return DropReason.BadChecksum;
        var key = new FlowKey(destination, header.DestinationPort, source, header.SourcePort);
        var segment = TcpSegment.Of(header);
        uint? sequence = null;
        if (_flows.TryGetValue(key, out var connection))
        {
            if (!connection.IsReplaceableBy(segment))
            {
                connection.Arrives(_now, segment);
                return DropReason.None;
            }
            // Beyond what the old connection used, whatever the clock of sequence numbers says (RFC 6191 section 2, RFC 9293 section 3.6.1).
            sequence = connection.SequenceAfter;
            connection.Close(CloseReason.Finished);
        }
        if (!IsOurs(destination))
            return DropReason.NotForUs;
        return FindListener(destination, key.LocalPort) is { } listener
            ? ArrivesInListen(listener, key, segment, sequence)
            : ArrivesInClosed(key, segment);
    }

    // RFC 9293 section 3.10.7.1.
    private DropReason ArrivesInClosed(FlowKey key, in TcpSegment segment)
    {
        if (!segment.IsRst && _locals.Contains(key.Local))
            SendResetFor(key, segment);
        return DropReason.NoListener;
    }

    private void SendResetFor(FlowKey key, in TcpSegment segment)
    {
        if (segment.IsAck)
            SendReset(key, segment.Acknowledgment, null);
        else
            SendReset(key, 0, segment.Sequence + (uint)segment.Length);
    }

    // RFC 9293 section 3.10.7.2.
    private DropReason ArrivesInListen(TcpListener listener, FlowKey key, in TcpSegment segment, uint? sequence)
    {
        // First and second.
        if (segment.IsRst)
            return DropReason.NoListener;
        if (segment.IsAck)
        {
            SendResetFor(key, segment);
            return DropReason.NoListener;
        }
        // Third and fourth. A FIN beside it is nobody's honest segment; it stays until the handshake is done and comes again.
        if (!segment.IsSyn)
            return DropReason.Malformed;
        if (_halfOpen.Count >= Options.MaxHalfOpen)
            DropOldest(_halfOpen);
        if (_flows.Count >= Options.MaxConnections && !DropOldest(_timeWaits) && !DropOldest(_halfOpen))
            return DropReason.TooManyConnections;
        var connection = Create(_now, key, listener, sequence ?? InitialSequence(_now, key));
        _halfOpen.Add(connection);
        connection.BeginFrom(_now, segment);
        if (listener.Asks)
            connection.RaiseIncoming();
        else
            connection.Accept(_now);
        return DropReason.None;
    }

    private TcpConnection Create(Timestamp now, FlowKey key, TcpListener? listener, uint sequence)
    {
        _now = now;
        var hash = key.Hash(_sip, purpose: 2);
        var connection = new TcpConnection(this, key, listener, sequence, clockOffset: (uint)hash, flowLabel: (uint)(hash >> 44));
        _flows.Add(key, connection);
        return connection;
    }

    // RFC 6528 section 3: ISN = M + F(localip, localport, remoteip, remoteport, secretkey), M a timer of 4 microseconds.
    private uint InitialSequence(Timestamp now, FlowKey key) => (uint)(now.Nanoseconds / 4_000) + (uint)key.Hash(_sip, purpose: 1);

    private TcpListener? FindListener(IpAddress destination, ushort port)
    {
        TcpListener? best = null;
        var isLocal = _locals.Contains(destination);
        foreach (var listener in _listeners)
        {
            if (listener.Port != port && listener.Port != 0 || listener.Address is { } address && address != destination)
                continue;
            // To an address that is not ours only what takes all of them, or that very one.
            if (!isLocal && listener.Address is null && listener.Port != 0)
                continue;
            if (best is null || Weight(listener) > Weight(best))
                best = listener;
        }
        return best;
    }

    private static int Weight(TcpListener listener) => (listener.Port != 0 ? 2 : 0) + (listener.Address is not null ? 1 : 0);

    private void ReconsiderAny()
    {
        _takesAny = _sockets.ContainsKey((null, 0));
        foreach (var listener in _listeners)
            _takesAny |= listener.Address is null ? listener.Port == 0 : !_locals.Contains(listener.Address.Value);
    }

    // The SYN itself is not kept: its header is made again, as far as an error quotes it.
    private void QuoteSyn(FlowKey key, uint sequence, RejectKind kind)
    {
        var ipLength = key.Local.IsV4 ? Ipv4Header.Size : Ipv6Header.Size;
        Span<byte> quote = stackalloc byte[Ipv6Header.Size + TcpHeader.Size];
        quote = quote[..(ipLength + TcpHeader.Size)];
        WriteIp(quote, key.Remote, key.Local, IpProtocol.Tcp, TcpHeader.Size, 0, false, true, 0);
        TcpHeader.WriteHeader(quote[ipLength..], key.RemotePort, key.LocalPort, sequence, 0, 5, false, TcpFlags.Syn, 0, 0, 0);
        OutboundPacket.Complete(quote, ipLength, 0, isLast: true);
        var isPolicy = kind == RejectKind.Prohibited;
        if (key.Local.IsV4)
            SendError(key.Local, key.Remote, quote, (byte)IcmpType.DestinationUnreachable, isPolicy ? IcmpUnreachable.AdministrativelyProhibited : IcmpUnreachable.HostUnreachable, 0);
        else
            SendError(key.Local, key.Remote, quote, (byte)Icmpv6Type.DestinationUnreachable, isPolicy ? Icmpv6Unreachable.AdministrativelyProhibited : Icmpv6Unreachable.AddressUnreachable, 0);
    }
}
