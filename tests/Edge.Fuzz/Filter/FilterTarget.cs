using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Wire;
using Edge.Protocols.Filter;
using PacketFilter = Edge.Protocols.Filter.Filter;

namespace Edge.Fuzz.Filter;

/// <summary>
/// Rules and packets that may be anything. An input is a row of steps: a rule, or a packet in one of the directions. What the index answers is what looking at
/// every rule answers, and a packet that came once may come again.
/// </summary>
internal sealed class FilterTarget : FuzzTarget
{
    // The first byte of a step, modulo their number.
    private const byte Rule = 0, Inbound = 1, Outbound = 2, Kinds = 3;
    private const int RuleSize = 24;

    public override string Name => "filter";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [Rule, .. new byte[RuleSize], .. Packet(Inbound, IpProtocol.Tcp), .. Packet(Outbound, IpProtocol.Udp), .. Packet(Inbound, IpProtocol.Udp)],
        [Rule, .. Enumerable.Range(0, RuleSize).Select(i => (byte)(i * 11)), .. Packet(Inbound, IpProtocol.Icmp), .. Packet(Inbound, IpProtocol.Sctp), .. Packet(Inbound, (IpProtocol)47)],
        [Inbound, 41, 0x60, 0, 0, 0, 0, 1, 58, 64, .. new byte[33]],
    ];

    // The rules are made ready anew after each that is added.
    public override long AllocationLimit(int inputLength) => 4_000_000 + (4_000L * inputLength) + (40L * inputLength * inputLength);

    public override int Run(byte[] input)
    {
        var rules = new List<FilterRule>();
        var filter = new PacketFilter();
        filter.SetLocal([new IpPrefix(IpAddress.V4(0x6440_0000), 10), new IpPrefix(new IpAddress((UInt128)0xfd7a << 112), 16)]);
        var outcome = 0;
        for (var left = input.AsSpan(); left.Length > 1;)
        {
            var kind = left[0] % Kinds;
            left = left[1..];
            if (kind == Rule)
            {
                if (left.Length < RuleSize)
                    break;
                rules.Add(RuleOf(left));
                filter.Rules = new FilterRules([.. rules]);
                left = left[RuleSize..];
                continue;
            }
            var packet = left.Slice(1, Math.Min(left[0], left.Length - 1));
            left = left[(1 + packet.Length)..];
            var verdict = kind == Inbound ? filter.Inbound(packet) : filter.Outbound(packet);
            Check(kind == Inbound || verdict.Reason is FilterReason.Outbound or FilterReason.Empty or FilterReason.LaterFragment || !verdict.IsAccepted, "outbound packets meet no rule");
            Check(kind == Outbound || filter.Inbound(packet) == verdict, "a packet is judged alike each time");
            Compare(rules, filter.Rules, PacketSummary.Read(packet));
            outcome = outcome * 31 + (int)verdict.Reason;
        }
        return outcome;
    }

    private static void Compare(List<FilterRule> rules, FilterRules index, PacketSummary packet)
    {
        if (packet.Version == 0 || (packet.Version == 4) != packet.Source.IsV4 || (packet.Version == 4) != packet.Destination.IsV4)
            return;
        var isV6 = packet.Version == 6;
        foreach (var question in (ReadOnlySpan<FilterQuestion>)[FilterQuestion.Anything, FilterQuestion.Port(IpProtocol.Tcp, packet.DestinationPort), FilterQuestion.Whole((IpProtocol)47)])
        {
            var expected = false;
            foreach (var rule in rules)
                expected |= Admits(rule, packet, question);
            Check(index.Admits(isV6, packet.Source, packet.Destination, question) == expected, "the index answers as the rules do");
        }
    }

    private static bool Admits(FilterRule rule, PacketSummary packet, FilterQuestion question) =>
        rule.Sources.Any(source => source.Contains(packet.Source))
        && (question.Kind == QuestionKind.Anything || rule.Protocols.Contains((byte)question.Protocol))
        && rule.Destinations.Any(open => open.Addresses.Contains(packet.Destination) && question.Kind switch
        {
            QuestionKind.Port => open.Ports.Contains(packet.DestinationPort),
            QuestionKind.Whole => open.Ports == PortRange.All,
            _ => true,
        });

    private static FilterRule RuleOf(ReadOnlySpan<byte> bytes) => new()
    {
        Sources = [RangeOf(bytes), RangeOf(bytes[6..])],
        Destinations = [new(RangeOf(bytes[12..]), new(Port(bytes[18..]), Port(bytes[20..]))), new(RangeOf(bytes[5..]), PortRange.All)],
        Protocols = (bytes[22] & 1) == 0 ? FilterRule.UsualProtocols : [6, 47, bytes[23]],
    };

    private static AddressRange RangeOf(ReadOnlySpan<byte> bytes)
    {
        var (first, last) = (BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]));
        var (low, high) = (Math.Min(first, last), Math.Max(first, last));
        return (bytes[0] % 4) switch
        {
            0 => AddressRange.AllV4,
            1 => AddressRange.AllV6,
            2 => new(IpAddress.V4(0x6440_0000u + low), IpAddress.V4(0x6440_0000u + high)),
            _ => new(new IpAddress(((UInt128)0xfd7a << 112) + low), new IpAddress(((UInt128)0xfd7a << 112) + high)),
        };
    }

    private static ushort Port(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static byte[] Packet(byte direction, IpProtocol protocol)
    {
        var packet = new byte[2 + 40];
        (packet[0], packet[1], packet[2], packet[5], packet[11]) = (direction, 40, 0x45, 40, (byte)protocol);
        (packet[14], packet[15], packet[18], packet[19]) = (100, 64, 100, 64);
        packet[35] = (byte)TcpFlags.Syn;
        return packet;
    }
}
