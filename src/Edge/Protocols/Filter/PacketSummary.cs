using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Filter;

/// <summary>
/// What the filter looks at in an IP packet. It reads what Tailscale's clients read, no more and no less, so that a packet that one node refuses is not
/// let in by another: IPv6 extension headers are not walked, the fragment header neither, and what lies behind one has a protocol but no ports
/// (net/packet/packet.go of Tailscale 1.96.5).
/// </summary>
internal readonly struct PacketSummary
{
    /// <summary>Not IP, cut short, or suspicious. The number is that of hop-by-hop options, which count as unknown too.</summary>
    public const IpProtocol Unknown = 0;

    /// <summary>An IPv4 fragment other than the first. The number is reserved (IANA); a packet that names it is <see cref="Unknown"/>.</summary>
    public const IpProtocol LaterFragment = (IpProtocol)255;

    // Offsets below it lie within the largest IPv4 header and a TCP header: a fragment there could rewrite the ports that were judged (RFC 1858 section 3).
    private const int FirstLaterFragment = (60 + TcpHeader.Size) / 8;
    private const int SctpHeaderSize = 12;
    private const int IgmpSize = 8;
    private const int SmallestTsmp = 7;
    private const byte IcmpAddressMaskReply = 18;

    private PacketSummary(int version, IpProtocol protocol)
    {
        Version = version;
        Protocol = protocol;
    }

    /// <summary>4 or 6; 0: not IP.</summary>
    public int Version { get; private init; }

    public IpProtocol Protocol { get; private init; }

    /// <summary>`::` where the packet is cut off.</summary>
    public IpAddress Source { get; private init; }

    public IpAddress Destination { get; private init; }

    /// <summary>0 for protocols without ports.</summary>
    public ushort SourcePort { get; private init; }

    public ushort DestinationPort { get; private init; }

    /// <summary>None but for TCP.</summary>
    public TcpFlags TcpFlags { get; private init; }

    public IcmpKind Icmp { get; private init; }

    /// <summary>The first segment of a new connection.</summary>
    public bool IsTcpSyn => (TcpFlags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn;

    /// <summary>What somebody would send who opens a connection or, over a protocol other than TCP, sends a first packet.</summary>
    public static PacketSummary Of(IpProtocol protocol, IpAddress source, IpAddress destination, ushort destinationPort) => new(source.IsV4 ? 4 : 6, protocol)
    {
        Source = source,
        Destination = destination,
        DestinationPort = destinationPort,
        TcpFlags = protocol == IpProtocol.Tcp ? TcpFlags.Syn : TcpFlags.None,
    };

    public static PacketSummary Read(ReadOnlySpan<byte> packet)
    {
        if (packet.IsEmpty)
            return default;
        return (packet[0] >> 4) switch
        {
            4 => packet.Length < Ipv4Header.Size ? default : ReadV4(packet),
            6 => packet.Length < Ipv6Header.Size ? default : ReadV6(packet),
            _ => default,
        };
    }

    private static PacketSummary ReadV4(ReadOnlySpan<byte> packet)
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if (packet.Length < length)
            return new PacketSummary(4, Unknown);
        var found = new PacketSummary(4, (IpProtocol)packet[9]) { Source = IpAddress.Read(packet.Slice(12, 4)), Destination = IpAddress.Read(packet.Slice(16, 4)) };
        var header = (packet[0] & 15) * 4;
        if (header > length)
            return found with { Protocol = Unknown };
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        var offset = fragment & 0x1fff;
        if (offset != 0)
            return found with { Protocol = offset < FirstLaterFragment ? Unknown : LaterFragment };
        var payload = packet[header..];
        return found.Protocol switch
        {
            IpProtocol.Icmp when payload.Length < IcmpHeader.Size => found with { Protocol = Unknown },
            IpProtocol.Igmp when payload.Length < IgmpSize => found with { Protocol = Unknown },
            // A message of the tunnel's own is never larger than a packet.
            IpProtocol.Tsmp when (fragment & 0x2000) != 0 => found with { Protocol = Unknown },
            _ => found.WithPayload(payload),
        };
    }

    private static PacketSummary ReadV6(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < Ipv6Header.Size + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]))
            return new PacketSummary(6, Unknown);
        var found = new PacketSummary(6, (IpProtocol)packet[6]) { Source = IpAddress.Read(packet.Slice(8, 16)), Destination = IpAddress.Read(packet.Slice(24, 16)) };
        var payload = packet[Ipv6Header.Size..];
        return found.Protocol == IpProtocol.Icmpv6 && payload.Length < Icmpv6Header.Size ? found with { Protocol = Unknown } : found.WithPayload(payload);
    }

    /// <summary>What both versions read alike. A first fragment has to hold the whole transport header.</summary>
    private PacketSummary WithPayload(ReadOnlySpan<byte> payload)
    {
        var smallest = Protocol switch
        {
            IpProtocol.Tcp => TcpHeader.Size,
            IpProtocol.Udp => UdpHeader.Size,
            IpProtocol.Sctp => SctpHeaderSize,
            IpProtocol.Tsmp => SmallestTsmp,
            LaterFragment => int.MaxValue,
            _ => 0,
        };
        if (payload.Length < smallest)
            return this with { Protocol = Unknown };
        return Protocol switch
        {
            IpProtocol.Tcp => WithPorts(payload) with { TcpFlags = (TcpFlags)payload[13] },
            IpProtocol.Udp or IpProtocol.Sctp => WithPorts(payload),
            IpProtocol.Icmp or IpProtocol.Icmpv6 => this with { Icmp = KindOf(Protocol, payload) },
            _ => this,
        };
    }

    private PacketSummary WithPorts(ReadOnlySpan<byte> payload) => this with
    {
        SourcePort = BinaryPrimitives.ReadUInt16BigEndian(payload),
        DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]),
    };

    private static IcmpKind KindOf(IpProtocol protocol, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < IcmpEcho.Size)
            return IcmpKind.Other;
        var hasCode = payload[1] != 0;
        if (protocol == IpProtocol.Icmp)
        {
            return (IcmpType)payload[0] switch
            {
                IcmpType.EchoRequest when !hasCode => IcmpKind.EchoRequest,
                IcmpType.EchoReply when !hasCode => IcmpKind.EchoReply,
                // Tailscale's constant for parameter problems, 12, is written in hexadecimal: 18 passes and 12 needs a rule.
                IcmpType.DestinationUnreachable or IcmpType.TimeExceeded or (IcmpType)IcmpAddressMaskReply => IcmpKind.Error,
                _ => IcmpKind.Other,
            };
        }
        return (Icmpv6Type)payload[0] switch
        {
            Icmpv6Type.EchoRequest when !hasCode => IcmpKind.EchoRequest,
            Icmpv6Type.EchoReply when !hasCode => IcmpKind.EchoReply,
            Icmpv6Type.DestinationUnreachable or Icmpv6Type.PacketTooBig or Icmpv6Type.TimeExceeded or Icmpv6Type.ParameterProblem => IcmpKind.Error,
            _ => IcmpKind.Other,
        };
    }
}
