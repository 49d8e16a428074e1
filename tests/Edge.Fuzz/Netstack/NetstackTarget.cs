using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Fuzz.Netstack;

/// <summary>
/// Packets that may be anything come to a stack with connections, listeners and a socket, between whatever its user does, and time passes.
/// An input is a row of steps. Raw packets find the parsers' edges; segments near what a connection expects walk its states.
/// At the end the peer is gone, and everything must be given back within the bounds of the options.
/// </summary>
internal sealed class NetstackTarget : FuzzTarget
{
    // The first byte of a step, modulo their number; and its bytes behind that one.
    private const byte Raw = 0, Repaired = 1, Segment = 2, User = 3, Kinds = 4;
    private const int RawHeader = 2, SegmentSize = 10, UserSize = 2;

    private List<byte[]>? _seeds;

    public override string Name => "netstack";

    public override IReadOnlyList<byte[]> Seeds => _seeds ??= MakeSeeds();

    // The stack's own tables, and its memory limit.
    public override long AllocationLimit(int inputLength) => 6_000_000 + (400L * inputLength);

    public override int Run(byte[] input)
    {
        var walk = new NetstackWalk();
        for (var left = input.AsSpan(); left.Length > 1;)
        {
            var kind = left[0] % Kinds;
            left = left[1..];
            var length = kind switch { Segment => SegmentSize, User => UserSize, _ when left.Length < RawHeader => 0, _ => RawHeader + BinaryPrimitives.ReadUInt16BigEndian(left) };
            var step = left[..Math.Min(length, left.Length)];
            left = left[step.Length..];
            if (kind == User && step.Length == UserSize)
                walk.Act(step[0], step[1]);
            else if (kind == Segment && step.Length == SegmentSize)
                walk.Send(step);
            else if (kind is Raw or Repaired && step.Length >= RawHeader)
                walk.Send(step[RawHeader..], isRepaired: kind == Repaired);
        }
        return walk.Finish();
    }

    private static List<byte[]> MakeSeeds()
    {
        IpAddress peer = NetstackWalk.PeerV4, stack = NetstackWalk.StackV4;
        var datagram = new byte[60];
        Ipv4Header.WriteHeader(datagram, 5, 0, 0, 60, 7, false, false, 0, 64, IpProtocol.Udp, 0, peer.V4Bits, stack.V4Bits);
        UdpHeader.WriteHeader(datagram.AsSpan(20), 5353, 53, 40, 0);
        byte[] first = [.. datagram], last = [.. datagram], closed = [.. datagram], ping = [.. datagram];
        // More fragments follow; the second one is that of byte 40.
        first[6] = 0x20;
        last[7] = 5;
        closed[23] = 54;
        ping[9] = (byte)IpProtocol.Icmp;
        ping[20] = (byte)IcmpType.EchoRequest;
        var tooBig = new byte[56];
        Ipv4Header.WriteHeader(tooBig, 5, 0, 0, 56, 0, false, false, 0, 64, IpProtocol.Icmp, 0, peer.V4Bits, stack.V4Bits);
        IcmpUnreachable.Write(tooBig.AsSpan(20), IcmpUnreachable.FragmentationNeeded, 0, 0, 600, datagram.AsSpan(0, 28));
        return
        [
            // Text, an acknowledgement of an answer, both ends' FINs.
            [.. Walk(TcpFlags.Ack, 0, 0, 0, 1000), .. Use(0, 0), .. Walk(TcpFlags.Ack, 0), .. Use(4, 0), .. Walk(TcpFlags.Ack | TcpFlags.Fin, 0), .. Use(2, 0), .. Walk(TcpFlags.Ack, 0), .. Use(9, 200)],
            // Out of order, twice, with SACK both ways, and timers.
            [.. Walk(TcpFlags.Ack, 1, 2000, 0, 500), .. Walk(TcpFlags.Ack, 0, 0, 0, 2000), .. Walk(TcpFlags.Ack, 1, 2000, 0, 500), .. Use(0, 0), .. Walk(TcpFlags.Ack, 0xc4, 0, 2400), .. Use(8, 5), .. Walk(TcpFlags.Ack, 0x84, 0, 1200), .. Use(9, 9), .. Walk(TcpFlags.Ack, 0)],
            // A window that shuts; and a connection without options.
            [.. Use(0, 0), .. Walk(TcpFlags.Ack, 0, window: 0), .. Use(9, 3), .. Walk(TcpFlags.Ack, 0), .. Use(0, 1), .. Walk(TcpFlags.Ack, 0x14, 0, 536), .. Walk(TcpFlags.Ack, 0x14, 0, 536), .. Walk(TcpFlags.Ack, 0x14, 0, 536), .. Walk(TcpFlags.Ack, 0x10)],
            // What ends one: RST and SYN at and beside their place; the user.
            [.. Walk(TcpFlags.Rst, 1, 5), .. Walk(TcpFlags.Syn, 2, 500), .. Walk(TcpFlags.Rst, 0), .. Walk(TcpFlags.Syn | TcpFlags.Ack, 0x10), .. Use(5, 1), .. Walk(TcpFlags.Ack, 0x10)],
            // TIME-WAIT, and a new connection in its place.
            [.. Use(4, 0), .. Walk(TcpFlags.Ack | TcpFlags.Fin, 0), .. Walk(TcpFlags.Syn, 1, 5000), .. Walk(TcpFlags.Ack, 0), .. Use(6, 0)],
            [.. Packet(Repaired, datagram), .. Packet(Repaired, last), .. Packet(Repaired, first), .. Packet(Repaired, closed), .. Packet(Repaired, ping), .. Packet(Repaired, tooBig)],
            [.. Packet(Repaired, Syn(80)), .. Packet(Repaired, Syn(81)), .. Packet(Repaired, Syn(82)), .. Packet(Raw, Syn(80)), .. Use(9, 255)],
            [.. Packet(Repaired, V6Fragment(0, true)), .. Packet(Repaired, V6Fragment(5, false))],
        ];
    }

    private static byte[] Syn(ushort port)
    {
        var syn = new byte[44];
        Ipv4Header.WriteHeader(syn, 5, 0, 0, 44, 0, true, false, 0, 64, IpProtocol.Tcp, 0, NetstackWalk.PeerV4.V4Bits, NetstackWalk.StackV4.V4Bits);
        TcpHeader.Write(syn.AsSpan(20), 41_000, port, 77, 0, false, TcpFlags.Syn, 1000, 0, 0, [(byte)TcpOptionKind.MaximumSegmentSize, 4, 2, 24], []);
        return syn;
    }

    private static byte[] V6Fragment(ushort offset, bool more)
    {
        var packet = new byte[88];
        Ipv6Header.WriteHeader(packet, 0, 0, 48, IpProtocol.Fragment, 64, NetstackWalk.PeerV6.Bits, NetstackWalk.StackV6.Bits);
        Ipv6Fragment.WriteHeader(packet.AsSpan(40), IpProtocol.Udp, offset, more, 9);
        UdpHeader.WriteHeader(packet.AsSpan(48), 5353, 53, 80, 0);
        return packet;
    }

    private static byte[] Packet(byte kind, byte[] packet) => [kind, (byte)(packet.Length >> 8), (byte)packet.Length, .. packet];

    private static byte[] Use(byte action, byte argument) => [User, action, argument];

    private static byte[] Walk(TcpFlags flags, byte modes, ushort sequence = 0, ushort acknowledgment = 0, ushort length = 0, ushort window = 1000)
    {
        var step = new byte[1 + SegmentSize];
        (step[0], step[1], step[2]) = (Segment, (byte)flags, modes);
        BinaryPrimitives.WriteUInt16BigEndian(step.AsSpan(3), sequence);
        BinaryPrimitives.WriteUInt16BigEndian(step.AsSpan(5), acknowledgment);
        BinaryPrimitives.WriteUInt16BigEndian(step.AsSpan(7), window);
        BinaryPrimitives.WriteUInt16BigEndian(step.AsSpan(9), length);
        return step;
    }
}
