using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;
using Edge.Protocols.Filter;
using Edge.Tests.Wire;

namespace Edge.Tests.Filter;

/// <summary>What Tailscale's filter answered: verdicts with their reasons, what its parser read, whom it grants what.</summary>
public sealed class RecordedFilterTests
{
    [Test]
    public async Task Every_packet_has_the_recorded_verdict_and_reason()
    {
        var verdicts = 0;
        foreach (var set in Vectors.Json("filter", "corpus.json").EnumerateArray())
        {
            var filter = RecordedRules.FilterOf(set);
            var index = 0;
            foreach (var recorded in set.GetProperty("packets").EnumerateArray())
            {
                var packet = recorded.Hex("packet");
                var isInbound = recorded.Text("dir") == "in";
                var verdict = isInbound ? filter.Inbound(packet) : filter.Outbound(packet);
                var isSame = verdict.IsAccepted == (recorded.Text("verdict") == "Accept") && (!recorded.Has("why") || WhyOf(verdict, isInbound) == recorded.Text("why"));
                if (!isSame)
                    Assert.Fail($"{set.Text("name")}, packet {index}: {verdict.Reason} {WhyOf(verdict, isInbound)}, recorded: {recorded}");
                index++;
                verdicts++;
            }
        }
        await Assert.That(verdicts).IsEqualTo(9766);
    }

    [Test]
    public async Task The_parser_reads_what_was_recorded()
    {
        var packets = 0;
        foreach (var recorded in Vectors.Json("filter", "parsed_packets.json").EnumerateArray())
        {
            var read = PacketSummary.Read(recorded.Hex("packet"));
            await Assert.That(read.Version).IsEqualTo(recorded.GetProperty("ip_version").GetInt32());
            await Assert.That((int)read.Protocol).IsEqualTo(recorded.GetProperty("ip_proto").GetInt32());
            packets++;
            if (read.Version == 0)
                continue;
            await Assert.That(EndpointText(read, read.Source, read.SourcePort)).IsEqualTo(recorded.Text("src"));
            await Assert.That(EndpointText(read, read.Destination, read.DestinationPort)).IsEqualTo(recorded.Text("dst"));
            await Assert.That((int)read.TcpFlags).IsEqualTo(recorded.GetProperty("tcp_flags").GetInt32());
            await Assert.That(read.IsTcpSyn).IsEqualTo(recorded.GetProperty("is_tcp_syn").GetBoolean());
            await Assert.That(read.Icmp == IcmpKind.EchoRequest).IsEqualTo(recorded.GetProperty("is_echo_request").GetBoolean());
            await Assert.That(read.Icmp == IcmpKind.EchoReply).IsEqualTo(recorded.GetProperty("is_echo_response").GetBoolean());
            await Assert.That(read.Icmp == IcmpKind.Error).IsEqualTo(recorded.GetProperty("is_icmp_error").GetBoolean());
        }
        await Assert.That(packets).IsEqualTo(300);
    }

    [Test]
    public async Task Would_be_connections_have_the_recorded_verdict()
    {
        var sets = Vectors.Json("filter", "corpus.json").EnumerateArray().ToDictionary(set => set.Text("name"));
        var queries = 0;
        foreach (var recorded in Vectors.Json("filter", "check_tcp.json").EnumerateArray())
        {
            // As recorded: the question was put to the rules alone.
            var filter = RecordedRules.FilterOf(sets[recorded.Text("name")], hasCapabilities: false);
            filter.IsShieldsUp = false;
            foreach (var query in recorded.GetProperty("queries").EnumerateArray())
            {
                var verdict = filter.Check(
                    IpProtocol.Tcp, RecordedRules.AddressOf(query.Text("src")), RecordedRules.AddressOf(query.Text("dst")), query.GetProperty("port").GetUInt16());
                if (verdict.IsAccepted != (query.Text("verdict") == "Accept"))
                    Assert.Fail($"{recorded.Text("name")}: {verdict}, recorded: {query}");
                queries++;
            }
        }
        await Assert.That(queries).IsGreaterThan(100);
    }

    [Test]
    public async Task Sources_are_granted_what_was_recorded()
    {
        var queries = 0;
        foreach (var recorded in Vectors.Json("filter", "cap_grants.json").EnumerateArray())
        {
            var rules = new FilterRules(RecordedRules.RulesOf(recorded.GetProperty("rules")));
            foreach (var query in recorded.GetProperty("queries").EnumerateArray())
            {
                var granted = rules.CapabilitiesOf(RecordedRules.AddressOf(query.Text("src")), RecordedRules.AddressOf(query.Text("dst")));
                JsonObject? map = null;
                foreach (var capability in granted)
                {
                    map ??= [];
                    map[capability.Name] = capability.HasValues ? new JsonArray([.. capability.Values.Select(value => JsonNode.Parse(value))]) : null;
                }
                var expected = query.GetProperty("cap_map");
                await Assert.That(map?.ToJsonString() ?? "null").IsEqualTo(JsonSerializer.Serialize(expected));
                queries++;
            }
        }
        await Assert.That(queries).IsEqualTo(96);
    }

    private static string EndpointText(PacketSummary packet, IpAddress address, ushort port) =>
        packet is { Protocol: PacketSummary.Unknown, Source.Bits: var source, Destination.Bits: var destination } && source == 0 && destination == 0
            ? "invalid AddrPort"
            : new Endpoint(address, port).ToString();

    private static string WhyOf(FilterVerdict verdict, bool isInbound) => verdict.Reason switch
    {
        FilterReason.Empty or FilterReason.LaterFragment => isInbound ? "pre:" : "",
        FilterReason.Outbound => "",
        FilterReason.TcpEstablished => "tcp non-syn",
        FilterReason.TcpRule => "tcp ok",
        FilterReason.Flow => "cached",
        FilterReason.Rule => "ok",
        FilterReason.IcmpReply => "icmp response ok",
        FilterReason.IcmpRule => "icmp ok",
        FilterReason.Tsmp => "tsmp ok",
        FilterReason.ProtocolRule => "other-portless ok",
        FilterReason.TooShort => Before(isInbound, "too_short"),
        FilterReason.UnknownProtocol => Before(isInbound, "unknown_protocol"),
        FilterReason.Multicast => Before(isInbound, "multicast"),
        FilterReason.LinkLocal => Before(isInbound, "link_local_unicast"),
        FilterReason.NotLocal => "destination not allowed",
        FilterReason.NoRule => "no rules matched",
        FilterReason.NoProtocolRule => string.Create(CultureInfo.InvariantCulture, $"unknown-protocol-{(int)verdict.Protocol}"),
        _ => throw new InvalidDataException(verdict.ToString()),
    };

    private static string Before(bool isInbound, string why) => isInbound ? "pre:" + why : why;
}
