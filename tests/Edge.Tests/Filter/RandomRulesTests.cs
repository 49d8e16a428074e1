using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Wire;
using Edge.Protocols.Filter;
using PacketFilter = Edge.Protocols.Filter.Filter;

namespace Edge.Tests.Filter;

/// <summary>The index against the plain reading of the rules.</summary>
public sealed class RandomRulesTests
{
    private static readonly string[] s_names = [.. Enumerable.Range(0, 80).Select(i => $"cap{i}")];

    /// <param name="ruleCount">Few and many: few ranges are looked at one by one, many have an index.</param>
    /// <param name="seed">Decides all.</param>
    [Test]
    [Arguments(1, 1)]
    [Arguments(3, 2)]
    [Arguments(12, 3)]
    [Arguments(40, 4)]
    [Arguments(400, 5)]
    [Arguments(400, 6)]
    public async Task Random_rules_admit_what_the_plain_reading_admits(int ruleCount, int seed)
    {
        var random = new Random(seed);
        var admitted = 0;
        for (var round = 0; round < 4_000 / ruleCount; round++)
        {
            ValueList<FilterRule> rules = [.. Enumerable.Range(0, ruleCount).Select(_ => RandomRule(random))];
            var plain = new PlainFilter(rules);
            var filter = new PacketFilter { Rules = new FilterRules(rules) };
            filter.SetLocal([new IpPrefix(IpAddress.AnyV4, 0), new IpPrefix(IpAddress.AnyV6, 0)]);
            for (var step = 0; step < 400; step++)
            {
                if (step % 20 == 0)
                    ChangePeer(random, plain, filter);
                var (source, destination) = (RandomAddress(random, step % 2 == 0), RandomAddress(random, step % 2 == 0));
                var protocol = (IpProtocol)random.GetItems<byte>([6, 6, 17, 132, 1, 58, 47, 200], 1)[0];
                var port = (ushort)random.Next(0, 12);
                var expected = FilterQuestion.HasPorts(protocol) ? plain.AdmitsPort(protocol, source, destination, port)
                    : protocol == (source.IsV4 ? IpProtocol.Icmp : IpProtocol.Icmpv6) ? plain.AdmitsIcmp(source, destination)
                    : plain.AdmitsWhole(protocol, source, destination);
                var verdict = filter.Check(protocol, source, destination, port);
                if (verdict.IsAccepted != expected)
                    Assert.Fail($"round {round}, step {step}: {protocol} {source} > {destination}:{port}: {verdict}");
                admitted += expected ? 1 : 0;
            }
        }
        await Assert.That(admitted).IsGreaterThan(1000);
    }

    private static void ChangePeer(Random random, PlainFilter plain, PacketFilter filter)
    {
        var address = RandomAddress(random, random.Next(2) == 0);
        if (random.Next(4) == 0)
        {
            plain.Capabilities.Remove(address);
            filter.Capabilities.Remove(address);
            return;
        }
        var names = random.GetItems(s_names, random.Next(0, 4)).Distinct().ToArray();
        plain.Capabilities[address] = [.. names];
        filter.Capabilities.Set(address, RecordedRules.CapabilitiesOf(names));
    }

    private static FilterRule RandomRule(Random random) => new()
    {
        Sources = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => RandomRange(random))],
        SourceCapabilities = random.Next(3) == 0 ? [.. random.GetItems(s_names, random.Next(1, 3))] : default,
        Destinations = [.. Enumerable.Range(0, random.Next(0, 14)).Select(_ => new FilterDestination(RandomRange(random), RandomPorts(random)))],
        Protocols = random.Next(2) == 0 ? FilterRule.UsualProtocols : [.. random.GetItems<byte>([6, 17, 132, 1, 58, 47, 200, 99], random.Next(0, 4))],
    };

    private static PortRange RandomPorts(Random random) => random.Next(4) switch
    {
        0 => PortRange.All,
        1 => new PortRange((ushort)random.Next(0, 12), (ushort)random.Next(0, 12)),
        2 => new PortRange(0, ushort.MaxValue - 1),
        _ => new PortRange((ushort)random.Next(0, 6), (ushort)random.Next(6, 12)),
    };

    private static AddressRange RandomRange(Random random)
    {
        var isV4 = random.Next(2) == 0;
        var address = RandomAddress(random, isV4);
        switch (random.Next(4))
        {
            case 0:
                return AddressRange.Of(new IpPrefix(address, random.Next(0, address.BitCount + 1)));
            case 1:
                var other = RandomAddress(random, isV4);
                return address.Bits <= other.Bits ? new(address, other) : new(other, address);
            default:
                return new(address, address);
        }
    }

    // Few of them, so that they meet.
    private static IpAddress RandomAddress(Random random, bool isV4) => isV4
        ? IpAddress.V4(random.Next(8) switch { 0 => 0, 1 => 0x0808_0808, _ => 0x6440_0000u + (uint)random.Next(0, 40) })
        : new IpAddress(((UInt128)0xfd7a_115c_a1e0_0000 << 64) + (uint)random.Next(0, 40));
}
