using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

// What is common to all packets: RFC 1122 section 3.2.1, RFC 8200.
internal sealed partial class IpStack
{
    private DropReason HandleV4(ReadOnlySpan<byte> packet)
    {
        if (!Ipv4Header.TryRead(packet, out var ip))
            return DropReason.Malformed;
        if (!InternetChecksum.IsValid(0, packet[..(ip.HeaderWords * 4)]))
            return DropReason.BadChecksum;
        IpAddress source = IpAddress.V4(ip.Source), destination = IpAddress.V4(ip.Destination);
        if (IsNoHost(source) || IsNoHost(destination))
            return DropReason.BadSource;
        if (!ip.MoreFragments && ip.FragmentOffset == 0)
            return HandleTransport(source, destination, ip.Protocol, ip.Payload, packet);
        if (!IsOurs(destination))
            return DropReason.NotForUs;
        var key = new FragmentKey(source, destination, ip.Protocol, ip.Identification);
        if (!_reassembly.TryComplete(_now, key, ip.FragmentOffset * 8, !ip.MoreFragments, ip.Payload, ip.Protocol, packet, out var whole))
            return DropReason.Reassembly;
        return HandleTransport(source, destination, whole.Protocol, whole.Bytes, whole.First);
    }

    private DropReason HandleV6(ReadOnlySpan<byte> packet)
    {
        if (!Ipv6Header.TryRead(packet, out var ip))
            return DropReason.Malformed;
        IpAddress source = new(ip.Source), destination = new(ip.Destination);
        if (IsNoHost(source) || IsNoHost(destination) || source.IsV4 || destination.IsV4)
            return DropReason.BadSource;
        return HandleExtensions(source, destination, ip.NextHeader, ip.Payload, packet, mayBeFragment: true);
    }

    private DropReason HandleExtensions(IpAddress source, IpAddress destination, IpProtocol next, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> packet, bool mayBeFragment)
    {
        var walk = new Ipv6Extensions(next, payload);
        while (walk.TryNext(out var extension))
        {
            // RFC 5095: nobody routes by a packet's wish any more.
            if (extension.Kind == IpProtocol.Routing && extension.Bytes[3] != 0)
                return DropReason.Malformed;
            if (extension.Kind != IpProtocol.Fragment)
                continue;
            if (!mayBeFragment || !Ipv6Fragment.TryRead(extension.Bytes, out var fragment))
                return DropReason.Malformed;
            // RFC 6946: alone, it is no fragment of anything.
            if (fragment is { FragmentOffset: 0, MoreFragments: false })
                continue;
            if (!IsOurs(destination))
                return DropReason.NotForUs;
            var key = new FragmentKey(source, destination, IpProtocol.Ipv6, fragment.Identification);
            if (!_reassembly.TryComplete(_now, key, fragment.FragmentOffset * 8, !fragment.MoreFragments, walk.Payload, fragment.NextHeader, packet, out var whole))
                return DropReason.Reassembly;
            return HandleExtensions(source, destination, whole.Protocol, whole.Bytes, whole.First, mayBeFragment: false);
        }
        return walk.IsMalformed ? DropReason.Malformed : HandleTransport(source, destination, walk.Protocol, walk.Payload, packet);
    }

    private DropReason HandleTransport(IpAddress source, IpAddress destination, IpProtocol protocol, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> packet)
    {
        switch (protocol)
        {
            case IpProtocol.Tcp:
                return HandleTcp(source, destination, payload);
            case IpProtocol.Udp:
                return HandleUdp(source, destination, payload, packet);
            case IpProtocol.Icmp when source.IsV4:
                return HandleIcmp(source, destination, payload);
            case IpProtocol.Icmpv6 when !source.IsV4:
                return HandleIcmpv6(source, destination, payload);
            case IpProtocol.NoNextHeader:
                return DropReason.None;
            case IpProtocol.Tsmp when PeerApiPort is { } port && _locals.Contains(destination):
                return HandleTsmp(source, destination, payload, port);
            default:
                if (!_locals.Contains(destination))
                    return DropReason.NotForUs;
                SendProtocolUnreachable(source, destination, packet);
                return DropReason.UnknownProtocol;
        }
    }

    // What can be nobody's address on a path through us: unspecified, multicast, broadcast, loopback.
    private static bool IsNoHost(IpAddress address)
    {
        if (address.IsV4)
            return address.V4Bits >> 24 is 0 or 127 or >= 224;
        return address.Bits <= 1 || (byte)(address.Bits >> 120) == 0xff;
    }

    private bool IsOurs(IpAddress destination) => _locals.Contains(destination) || _takesAny;

    // Where the first packet is quoted in an error: the transport's header, and which flow it is about.
    private static bool TryReadQuote(ReadOnlySpan<byte> quote, bool isV4, out IpProtocol protocol, out FlowKey key, out ReadOnlySpan<byte> start)
    {
        protocol = default;
        key = default;
        start = default;
        IpAddress source, destination;
        if (isV4)
        {
            if (!Ipv4Quote.TryRead(quote, out var ip) || ip.FragmentOffset != 0)
                return false;
            (source, destination, protocol) = (IpAddress.V4(ip.Source), IpAddress.V4(ip.Destination), ip.Protocol);
            start = ip.Start;
        }
        else
        {
            if (!Ipv6Quote.TryRead(quote, out var ip))
                return false;
            (source, destination, protocol) = (new(ip.Source), new(ip.Destination), ip.NextHeader);
            start = ip.Start;
            if (protocol == IpProtocol.Fragment && Ipv6Fragment.TryRead(start, out var fragment) && fragment.FragmentOffset == 0)
            {
                protocol = fragment.NextHeader;
                start = fragment.Payload;
            }
        }
        if (start.Length < 8 || !TransportPorts.TryRead(start, out var ports))
            return false;
        key = new FlowKey(source, ports.SourcePort, destination, ports.DestinationPort);
        return true;
    }

    private static uint QuotedSequence(ReadOnlySpan<byte> start) => BinaryPrimitives.ReadUInt32BigEndian(start[TcpHeader.SequenceOffset..]);
}
