using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Wire;
using Edge.Protocols.Filter;
using PacketFilter = Edge.Protocols.Filter.Filter;

namespace Edge.Tests.Filter;

/// <summary>What the recordings do not show.</summary>
public sealed class FilterTests
{
    private static readonly IpAddress s_here = IpAddress.V4(0x6440_0005);
    private static readonly IpAddress s_peer = IpAddress.V4(0x6440_0001);

    [Test]
    public async Task A_jailed_peer_opens_nothing_but_may_answer()
    {
        var filter = OpenToAll();
        var question = Udp(s_here, 4000, s_peer, 53);
        var answer = Udp(s_peer, 53, s_here, 4000);
        await Assert.That(filter.Inbound(answer).Reason).IsEqualTo(FilterReason.Rule);
        await Assert.That(filter.Inbound(answer, isJailed: true).Reason).IsEqualTo(FilterReason.NoRule);
        await Assert.That(filter.Outbound(question, isJailed: true).IsAccepted).IsTrue();
        await Assert.That(filter.Inbound(answer, isJailed: true).Reason).IsEqualTo(FilterReason.Flow);
        // The two kinds of peers do not share flows.
        await Assert.That(filter.Inbound(answer).Reason).IsEqualTo(FilterReason.Rule);
    }

    [Test]
    public async Task Shields_up_forgets_the_flows_and_new_rules_do_not()
    {
        var filter = OpenToAll();
        filter.Rules = new FilterRules(default);
        var answer = Udp(s_peer, 53, s_here, 4000);
        filter.Outbound(Udp(s_here, 4000, s_peer, 53));
        await Assert.That(filter.Inbound(answer).Reason).IsEqualTo(FilterReason.Flow);
        filter.Rules = new FilterRules(default);
        await Assert.That(filter.Inbound(answer).Reason).IsEqualTo(FilterReason.Flow);
        filter.IsShieldsUp = true;
        await Assert.That(filter.Inbound(answer).Reason).IsEqualTo(FilterReason.NoRule);
        filter.Outbound(Udp(s_here, 4000, s_peer, 53));
        filter.IsShieldsUp = false;
        await Assert.That(filter.Inbound(answer).Reason).IsEqualTo(FilterReason.Flow);
    }

    [Test]
    public async Task A_mapped_address_is_no_IPv4_address()
    {
        var filter = new PacketFilter
        {
            Rules = new FilterRules([new FilterRule { Sources = [AddressRange.AllV4], Destinations = [new(AddressRange.AllV4, PortRange.All)] }]),
        };
        filter.SetLocal([new IpPrefix(IpAddress.AnyV4, 0), new IpPrefix(IpAddress.AnyV6, 0)]);
        var packet = new byte[Ipv6Header.Size + UdpHeader.Size];
        UdpHeader.Write(packet.AsSpan(Ipv6Header.Size), 1, 2, 0, []);
        Ipv6Header.Write(packet, 0, 0, IpProtocol.Udp, 64, s_peer.Bits, s_here.Bits, packet.AsSpan(Ipv6Header.Size));
        await Assert.That(filter.Inbound(packet).Reason).IsEqualTo(FilterReason.NoRule);
        await Assert.That(filter.Inbound(Udp(s_peer, 1, s_here, 2)).Reason).IsEqualTo(FilterReason.Rule);
    }

    [Test]
    public async Task Looking_up_allocates_nothing()
    {
        var filter = OpenToAll();
        filter.Rules = new FilterRules([.. Enumerable.Range(0, 200).Select(i => new FilterRule
        {
            Sources = [new AddressRange(IpAddress.V4(0x6440_0000u + (uint)i), IpAddress.V4(0x6440_0010u + (uint)i))],
            SourceCapabilities = ["golink"],
            Destinations = [.. Enumerable.Range(0, 20).Select(at => new FilterDestination(AddressRange.Of(new IpPrefix(IpAddress.V4(0x6440_0005u + (uint)(at * i)), 32)), new PortRange(22, 80)))],
        })]);
        filter.Capabilities.Set(IpAddress.V4(0x0a00_0001), RecordedRules.CapabilitiesOf("golink"));
        byte[][] packets = [Udp(s_peer, 1, s_here, 22), Udp(IpAddress.V4(0x0a00_0001), 1, s_here, 22), Udp(IpAddress.V4(0x0b00_0001), 1, s_here, 22)];
        var accepted = 0;
        long allocated = 0;
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (ushort port = 1; port < 2000; port++)
            {
                foreach (var packet in packets)
                {
                    packet[21] = (byte)port;
                    packet[20] = (byte)(port >> 8);
                    accepted += filter.Inbound(packet).IsAccepted ? 1 : 0;
                    filter.Outbound(packet);
                }
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        await Assert.That(accepted).IsEqualTo(2 * 2 * 1999);
        await Assert.That(allocated).IsEqualTo(0);
    }

    [Test]
    public async Task A_peers_capabilities_open_what_they_name_and_no_more()
    {
        var filter = new PacketFilter
        {
            Rules = new FilterRules([new FilterRule { SourceCapabilities = ["golink"], Destinations = [new(AddressRange.AllV4, new PortRange(80, 80))] }]),
        };
        filter.SetLocal([new IpPrefix(s_here, 32)]);
        await Assert.That(Asked()).IsFalse();
        filter.Capabilities.Set(s_peer, RecordedRules.CapabilitiesOf("golink", "other"));
        await Assert.That(Asked()).IsTrue();
        await Assert.That(filter.Check(IpProtocol.Tcp, s_peer, s_here, 81).IsAccepted).IsFalse();
        // Other rules are asked about the same peer, and the peer changes under the same rules.
        filter.Rules = new FilterRules([new FilterRule { SourceCapabilities = ["third"], Destinations = [new(AddressRange.AllV4, new PortRange(80, 80))] }]);
        await Assert.That(Asked()).IsFalse();
        filter.Capabilities.Set(s_peer, RecordedRules.CapabilitiesOf("third"));
        await Assert.That(Asked()).IsTrue();
        filter.Capabilities.Remove(s_peer);
        await Assert.That(Asked()).IsFalse();
        var node = new TailnetNode { Id = new NodeId(1), Addresses = [new IpPrefix(s_peer, 32)], Capabilities = RecordedRules.CapabilitiesOf("third") };
        filter.Capabilities.Apply(new PeerChange(node.Id, null, node));
        await Assert.That(Asked()).IsTrue();
        var moved = node with { Addresses = [new IpPrefix(IpAddress.V4(0x6440_0002), 32)] };
        filter.Capabilities.Apply(new PeerChange(node.Id, node, moved));
        await Assert.That(Asked()).IsFalse();
        filter.Capabilities.Apply(new PeerChange(node.Id, moved, null));
        await Assert.That(filter.Capabilities.Count).IsEqualTo(0);

        bool Asked() => filter.Check(IpProtocol.Tcp, s_peer, s_here, 80).IsAccepted;
    }

    [Test]
    public async Task Rules_that_would_grow_by_merging_stay_small()
    {
        // Each source is named by a rule of its own and by all others: merging every set would take the square.
        const int count = 2_000;
        ValueList<FilterRule> rules = [.. Enumerable.Range(0, count).Select(i => new FilterRule
        {
            Sources = [new AddressRange(IpAddress.V4((uint)(0x0a00_0000 + i)), IpAddress.V4((uint)(0x0a00_0000 + count)))],
            Destinations = [new(AddressRange.Of(new IpPrefix(s_here, 32)), new PortRange((ushort)i, (ushort)i))],
        })];
        var before = GC.GetAllocatedBytesForCurrentThread();
        var filter = new PacketFilter { Rules = new FilterRules(rules) };
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        filter.SetLocal([new IpPrefix(s_here, 32)]);
        await Assert.That(filter.Check(IpProtocol.Tcp, IpAddress.V4(0x0a00_0000 + count), s_here, count - 1).IsAccepted).IsTrue();
        await Assert.That(filter.Check(IpProtocol.Tcp, IpAddress.V4(0x0a00_0000 + 500), s_here, 500).IsAccepted).IsTrue();
        await Assert.That(filter.Check(IpProtocol.Tcp, IpAddress.V4(0x0a00_0000 + 500), s_here, 501).IsAccepted).IsFalse();
        await Assert.That(allocated).IsLessThan(20_000_000);
    }

    private static PacketFilter OpenToAll()
    {
        var filter = new PacketFilter
        {
            Rules = new FilterRules([new FilterRule { Sources = [AddressRange.AllV4], Destinations = [new(AddressRange.AllV4, PortRange.All)] }]),
        };
        filter.SetLocal([new IpPrefix(s_here, 32)]);
        return filter;
    }

    private static byte[] Udp(IpAddress source, ushort sourcePort, IpAddress destination, ushort destinationPort)
    {
        var packet = new byte[Ipv4Header.Size + UdpHeader.Size];
        UdpHeader.Write(packet.AsSpan(Ipv4Header.Size), sourcePort, destinationPort, 0, []);
        Ipv4Header.Write(packet, 0, 0, 0, false, false, 0, 64, IpProtocol.Udp, 0, source.V4Bits, destination.V4Bits, [], packet.AsSpan(Ipv4Header.Size));
        return packet;
    }
}
