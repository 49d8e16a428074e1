using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

// RFC 792, RFC 4443: echo, errors that we hear, and errors that we send, of which there is a limited number a second.
internal sealed partial class IpStack
{
    private const int ErrorBurst = 50;

    // RFC 4443 section 2.4 (f) and RFC 1812 section 4.3.2.8 ask for a limit: a hundred a second.
    private static readonly TimeSpan s_errorInterval = TimeSpan.FromMilliseconds(10);

    // RFC 4443 section 2.4 (c), and RFC 1812 section 4.3.2.3 for IPv4.
    private const int MostQuotedV4 = 576 - Ipv4Header.Size - 8, MostQuotedV6 = 1280 - Ipv6Header.Size - 8;

    /// <summary>Linux's floor: a smaller "next hop" is an attack, not a network.</summary>
    internal const int LeastPathMtu = 552;

    /// <summary>RFC 8200 section 5.</summary>
    internal const int LeastPathMtuV6 = 1280;

    private Timestamp _errorsFrom;

    private DropReason HandleIcmp(IpAddress source, IpAddress destination, ReadOnlySpan<byte> message)
    {
        if (!IcmpHeader.TryRead(message, out var icmp))
            return DropReason.Malformed;
        if (!InternetChecksum.IsValid(0, message))
            return DropReason.BadChecksum;
        switch (icmp.Type)
        {
            case IcmpType.EchoRequest when _locals.Contains(destination):
                return Echo(source, destination, message, (byte)IcmpType.EchoReply);
            case IcmpType.EchoReply when _locals.Contains(destination):
                return HearEcho(source, destination, message);
            case IcmpType.DestinationUnreachable when IcmpUnreachable.TryRead(message, out var unreachable):
                if (unreachable.Code == IcmpUnreachable.FragmentationNeeded)
                    HearTooBig(unreachable.Quote, isV4: true, unreachable.NextHopMtu);
                else
                    HearUnreachable(unreachable.Quote, isV4: true, isHard: unreachable.Code is 2 or IcmpUnreachable.PortUnreachable);
                return DropReason.None;
            case IcmpType.TimeExceeded when IcmpTimeExceeded.TryRead(message, out var exceeded):
                HearUnreachable(exceeded.Quote, isV4: true, isHard: false);
                return DropReason.None;
            default:
                return DropReason.NotForUs;
        }
    }

    private DropReason HandleIcmpv6(IpAddress source, IpAddress destination, ReadOnlySpan<byte> message)
    {
        if (!Icmpv6Header.TryRead(message, out var icmp))
            return DropReason.Malformed;
        if (!InternetChecksum.IsValid(InternetChecksum.AddPseudoHeader(0, source, destination, IpProtocol.Icmpv6, message.Length), message))
            return DropReason.BadChecksum;
        switch (icmp.Type)
        {
            case Icmpv6Type.EchoRequest when _locals.Contains(destination):
                return Echo(source, destination, message, (byte)Icmpv6Type.EchoReply);
            case Icmpv6Type.EchoReply when _locals.Contains(destination):
                return HearEcho(source, destination, message);
            case Icmpv6Type.PacketTooBig when Icmpv6PacketTooBig.TryRead(message, out var tooBig):
                HearTooBig(tooBig.Quote, isV4: false, (int)Math.Min(tooBig.Mtu, int.MaxValue));
                return DropReason.None;
            case Icmpv6Type.DestinationUnreachable when Icmpv6Unreachable.TryRead(message, out var unreachable):
                HearUnreachable(unreachable.Quote, isV4: false, isHard: unreachable.Code == Icmpv6Unreachable.PortUnreachable);
                return DropReason.None;
            case Icmpv6Type.TimeExceeded when Icmpv6TimeExceeded.TryRead(message, out var exceeded):
                HearUnreachable(exceeded.Quote, isV4: false, isHard: false);
                return DropReason.None;
            default:
                return DropReason.NotForUs;
        }
    }

    private DropReason Echo(IpAddress source, IpAddress destination, ReadOnlySpan<byte> request, byte type)
    {
        if (!IcmpEcho.TryRead(request, out var echo))
            return DropReason.Malformed;
        return SendDatagram(destination, source, destination.IsV4 ? IpProtocol.Icmp : IpProtocol.Icmpv6, IcmpEcho.Size, echo.Data, new IcmpStart(type, 0, (uint)echo.Identifier << 16 | echo.Sequence))
            ? DropReason.None
            : DropReason.ReplyQueueFull;
    }

    private void HearTooBig(ReadOnlySpan<byte> quote, bool isV4, int mtu)
    {
        if (!TryReadQuote(quote, isV4, out var protocol, out var key, out var start))
            return;
        if (isV4 && mtu < LeastPathMtu)
            mtu = LeastPathMtu;
        // RFC 8201 section 4: "a node must not reduce its estimate of the Path MTU below the IPv6 minimum link MTU".
        if (!isV4 && mtu < LeastPathMtuV6)
            return;
        if (protocol == IpProtocol.Tcp)
        {
            if (_flows.TryGetValue(key, out var connection) && connection.NetworkSaidTooBig(QuotedSequence(start), mtu))
                _paths.Learn(_now, key.Remote, mtu);
        }
        else if (protocol == IpProtocol.Udp && FindSocket(key.Local, key.LocalPort) is not null)
        {
            _paths.Learn(_now, key.Remote, mtu);
        }
    }

    private void HearUnreachable(ReadOnlySpan<byte> quote, bool isV4, bool isHard)
    {
        if (TryReadQuote(quote, isV4, out var protocol, out var key, out var start) && protocol == IpProtocol.Tcp && _flows.TryGetValue(key, out var connection))
            connection.NetworkSaidUnreachable(_now, QuotedSequence(start), isHard);
    }

    private void SendProtocolUnreachable(IpAddress source, IpAddress destination, ReadOnlySpan<byte> packet)
    {
        // Of IPv6 it is a parameter problem, "unrecognized next header", which points at the field (RFC 4443 section 3.4).
        if (source.IsV4)
            SendError(destination, source, packet, (byte)IcmpType.DestinationUnreachable, 2, 0);
        else
            SendError(destination, source, packet, (byte)Icmpv6Type.ParameterProblem, 1, Ipv6Header.NextHeaderOffset);
    }

    private void SendPortUnreachable(IpAddress source, IpAddress destination, ReadOnlySpan<byte> packet)
    {
        if (source.IsV4)
            SendError(destination, source, packet, (byte)IcmpType.DestinationUnreachable, IcmpUnreachable.PortUnreachable, 0);
        else
            SendError(destination, source, packet, (byte)Icmpv6Type.DestinationUnreachable, Icmpv6Unreachable.PortUnreachable, 0);
    }

    private void SendError(IpAddress from, IpAddress to, ReadOnlySpan<byte> packet, byte type, byte code, uint rest)
    {
        // A bucket of tokens: its fill level is the time since it was empty.
        var oldest = new Timestamp(Math.Max(0, _now.Nanoseconds - ErrorBurst * s_errorInterval.Ticks * 100));
        if (_errorsFrom < oldest)
            _errorsFrom = oldest;
        if (_errorsFrom + s_errorInterval > _now)
            return;
        _errorsFrom += s_errorInterval;
        var quote = packet[..Math.Min(packet.Length, from.IsV4 ? MostQuotedV4 : MostQuotedV6)];
        SendDatagram(from, to, from.IsV4 ? IpProtocol.Icmp : IpProtocol.Icmpv6, 8, quote, new IcmpStart(type, code, rest));
    }

    /// <summary>The first eight bytes of an ICMP message: all that those that we send differ in before their data.</summary>
    private readonly record struct IcmpStart(byte Type, byte Code, uint Rest);
}
