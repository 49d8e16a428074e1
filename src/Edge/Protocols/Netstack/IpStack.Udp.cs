using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

// RFC 768.
internal sealed partial class IpStack
{
    private readonly Dictionary<(IpAddress? Address, ushort Port), UdpSocket> _sockets = [];
    private readonly Queue<UdpSocket> _udpEvents = new();
    private uint _udpPortCounter;

    /// <summary>A socket for datagrams to a port of ours.</summary>
    /// <param name="address">Null: to any address; one that is not ours too, where <paramref name="port"/> is 0.</param>
    /// <param name="port">0: to any port that no other socket has.</param>
    /// <exception cref="InvalidOperationException">The port is taken.</exception>
    public UdpSocket Bind(IpAddress? address, ushort port) => TryBind(address, port)
        ?? throw new InvalidOperationException($"UDP port {port} of {address?.ToString() ?? "any address"} has a socket already: close that one first.");

    /// <inheritdoc cref="Bind"/>
    /// <returns>Null: the port is taken.</returns>
    public UdpSocket? TryBind(IpAddress? address, ushort port)
    {
        var socket = new UdpSocket(this, address, port);
        if (!_sockets.TryAdd((address, port), socket))
            return null;
        _takesAny |= address is null && port == 0;
        return socket;
    }

    /// <summary>A socket at a port that nobody can guess (RFC 6056 section 3.3.1).</summary>
    /// <param name="address">Ours.</param>
    /// <returns>Null: no port was found free.</returns>
    public UdpSocket? TryBindFree(IpAddress address)
    {
        Span<byte> counter = stackalloc byte[4];
        for (var tries = 0; tries < PortCount; tries++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(counter, _udpPortCounter++);
            var port = (ushort)(LeastPort + (uint)(_sip.Hash(counter) >> 16) % PortCount);
            if (!_sockets.ContainsKey((null, port)) && TryBind(address, port) is { } socket)
                return socket;
        }
        return null;
    }

    internal void Unbind(UdpSocket socket)
    {
        _sockets.Remove((socket.Address, socket.Port));
        ReconsiderAny();
    }

    internal bool SendUdp(Endpoint local, Endpoint remote, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > ushort.MaxValue - UdpHeader.Size - (local.Address.IsV4 ? Ipv4Header.Size : 0))
            return false;
        return SendDatagram(local.Address, remote.Address, IpProtocol.Udp, UdpHeader.Size, bytes, default, local.Port, remote.Port);
    }

    private DropReason HandleUdp(IpAddress source, IpAddress destination, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> packet)
    {
        if (!UdpHeader.TryRead(datagram, out var udp) || udp.SourcePort == 0 && udp.DestinationPort == 0)
            return DropReason.Malformed;
        // No checksum at all is for IPv4 only (RFC 8200 section 8.1).
        if (udp.Checksum == 0 && !source.IsV4
            || udp.Checksum != 0 && !InternetChecksum.IsValid(InternetChecksum.AddPseudoHeader(0, source, destination, IpProtocol.Udp, udp.Length), udp.Bytes))
            return DropReason.BadChecksum;
        if (FindSocket(destination, udp.DestinationPort) is not { } socket)
        {
            if (!_locals.Contains(destination))
                return DropReason.NotForUs;
            SendPortUnreachable(source, destination, packet);
            return DropReason.NoListener;
        }
        if (!socket.Take(new Endpoint(destination, udp.DestinationPort), new Endpoint(source, udp.SourcePort), udp.Payload))
            return DropReason.SocketFull;
        if (!socket.IsInEvents)
        {
            socket.IsInEvents = true;
            _udpEvents.Enqueue(socket);
        }
        return DropReason.None;
    }

    private UdpSocket? FindSocket(IpAddress local, ushort port)
    {
        if (_sockets.TryGetValue((local, port), out var socket))
            return socket;
        if (_locals.Contains(local) && _sockets.TryGetValue((null, port), out socket))
            return socket;
        return _sockets.GetValueOrDefault((null, 0));
    }
}
