using System.Diagnostics;
using System.Globalization;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Wire;
using Edge.Protocols.Filter;

namespace Edge.Bench;

/// <summary>
/// The packet filter as its rules grow, in three shapes: rules for one source each, rules for all sources with a port each, and rules that name thousands of
/// sources. Beside each look-up: the same packet with ten rules, and a walk over all rules.
/// </summary>
internal static class FilterBenchmark
{
    private const int Packets = 4096;

    /// <summary>A look-up with ten thousand times the rules may take this many times as long.</summary>
    private const double GrowthGoal = 12;

    private static readonly IpAddress s_here = IpAddress.V4(0x6440_0005);

    public static bool Run(int runs)
    {
        Console.WriteLine($"one core, best of {runs} runs; a first TCP segment that the last rule admits, and one that none does");
        Console.WriteLine($"  {"",-24} {"rules",9} {"admitted",10} {"refused",9} {"walk",10} {"made in",10} {"memory",9}");
        var met = true;
        foreach (var (name, make) in new (string, Func<int, ValueList<FilterRule>>)[] { ("one source each", OneSource), ("all sources, one port", OnePort), ("a hundred sources each", ManySources) })
        {
            var least = 0.0;
            foreach (var count in new[] { 10, 1_000, 100_000 })
            {
                if (make == ManySources && count == 100_000)
                    continue;
                var rules = make(count);
                var before = GC.GetTotalMemory(forceFullCollection: true);
                var began = Stopwatch.GetTimestamp();
                var filter = new Filter { Rules = new FilterRules(rules) };
                var made = Stopwatch.GetElapsedTime(began);
                var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
                filter.SetLocal([new IpPrefix(s_here, 32)]);
                var (admitted, refused) = (Time(filter, rules, true, runs), Time(filter, rules, false, runs));
                least = least == 0 ? admitted : least;
                var growth = admitted / least;
                met &= growth <= GrowthGoal;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {name,-24} {count,9:N0} {admitted,7:0} ns {refused,6:0} ns {Walk(rules),7:0} ns {made.TotalMilliseconds,7:0.0} ms {memory / 1024.0,6:0} KiB{(growth <= GrowthGoal ? "" : $"  {growth:0.0} times the first: MISSED")}"));
            }
        }
        return met;
    }

    // Sources spread over the address space, so that a look-up meets a cold part of the index.
    private static IpAddress SourceOf(int i) => IpAddress.V4((uint)i * 0x9e37_79b1u);

    private static ValueList<FilterRule> OneSource(int count) => Make(count, i => [new AddressRange(SourceOf(i), SourceOf(i))], i => 22);

    private static ValueList<FilterRule> OnePort(int count) => Make(count, _ => [AddressRange.AllV4], i => (ushort)(i % 60_000));

    private static ValueList<FilterRule> ManySources(int count) =>
        Make(count, i => [.. Enumerable.Range(i * 50, 100).Select(at => new AddressRange(SourceOf(at), SourceOf(at)))], i => (ushort)(i % 60_000));

    private static ValueList<FilterRule> Make(int count, Func<int, ValueList<AddressRange>> sources, Func<int, ushort> port) =>
    [
        .. Enumerable.Range(0, count).Select(i => new FilterRule
        {
            Sources = sources(i),
            Destinations = [new FilterDestination(new AddressRange(s_here, s_here), new PortRange(port(i), port(i)))],
        }),
    ];

    private static double Time(Filter filter, ValueList<FilterRule> rules, bool isAdmitted, int runs)
    {
        var packets = PacketsFor(rules, isAdmitted);
        var best = double.MaxValue;
        for (var run = 0; run < runs; run++)
        {
            var began = Stopwatch.GetTimestamp();
            foreach (var packet in packets)
            {
                if (filter.Inbound(packet).IsAccepted != isAdmitted)
                    throw new InvalidOperationException("a packet got the wrong verdict");
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalNanoseconds / packets.Length);
        }
        return best;
    }

    private static double Walk(ValueList<FilterRule> rules)
    {
        var packet = PacketSummary.Read(PacketsFor(rules, isAdmitted: false)[0]);
        var best = double.MaxValue;
        for (var run = 0; run < 20; run++)
        {
            var began = Stopwatch.GetTimestamp();
            foreach (var rule in rules)
            {
                if (rule.Protocols.Contains((byte)packet.Protocol) && Contains(rule.Sources, packet.Source) && rule.Destinations[0].Ports.Contains(packet.DestinationPort))
                    throw new InvalidOperationException("a rule admits what none does");
            }
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalNanoseconds);
        }
        return best;
    }

    private static bool Contains(ValueList<AddressRange> ranges, IpAddress address)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(address))
                return true;
        }
        return false;
    }

    private static byte[][] PacketsFor(ValueList<FilterRule> rules, bool isAdmitted)
    {
        var random = new Random(1);
        var packets = new byte[Packets][];
        for (var i = 0; i < Packets; i++)
        {
            var rule = rules[random.Next(rules.Count)];
            var source = rule.Sources[rule.Sources.Count - 1].First;
            packets[i] = Syn(source, (ushort)(isAdmitted ? rule.Destinations[0].Ports.First : 61_000));
        }
        return packets;
    }

    private static byte[] Syn(IpAddress source, ushort port)
    {
        var packet = new byte[Ipv4Header.Size + TcpHeader.Size];
        TcpHeader.Write(packet.AsSpan(Ipv4Header.Size), 40_000, port, 1, 0, false, TcpFlags.Syn, 65_000, 0, 0, [], []);
        Ipv4Header.Write(packet, 0, 0, 0, false, false, 0, 64, IpProtocol.Tcp, 0, source.V4Bits, s_here.V4Bits, [], packet.AsSpan(Ipv4Header.Size));
        return packet;
    }
}
