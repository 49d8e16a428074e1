using System.Buffers.Binary;
using System.Net;
using System.Text.Json;
using Edge.Foundation.Wire;

namespace Edge.Tests.Wire;

/// <summary>All nine DISCO messages against what Tailscale's parser returns for the same bytes.</summary>
public sealed class DiscoMessageTests
{
    private const string NoKey = "0000000000000000000000000000000000000000000000000000000000000000";

    [Test]
    public async Task Recorded_messages_decode_to_what_the_real_parser_returns()
    {
        foreach (var message in Vectors.Json("disco", "messages.json").EnumerateArray())
            await Assert.That(Decode(message.Hex("plaintext"))).IsEqualTo(Expected(message.GetProperty("decoded"))).Because(message.Text("name"));
    }

    /// <summary>Includes what the real parser is lax about: versions, trailing bytes, short pings, malformed endpoint lists.</summary>
    [Test]
    public async Task Verdicts_on_117_plaintexts_are_those_of_the_real_parser()
    {
        var verdicts = Vectors.Json("disco", "parse_verdicts.json").EnumerateArray().ToArray();
        foreach (var verdict in verdicts)
        {
            var expected = verdict.GetProperty("accepted").GetBoolean() ? Expected(verdict.GetProperty("decoded")) : null;
            await Assert.That(Decode(verdict.Hex("plaintext"))).IsEqualTo(expected).Because(verdict.Text("why"));
        }
        await Assert.That(verdicts.Length).IsEqualTo(117);
    }

    [Test]
    public async Task What_looks_like_DISCO_is_what_the_real_check_takes_for_it()
    {
        foreach (var verdict in Vectors.Json("disco", "packet_verdicts.json").EnumerateArray())
        {
            var sender = DiscoPacket.TryRead(verdict.Hex("packet"), out var packet) ? Convert.ToHexStringLower(packet.Sender) : null;
            await Assert.That(sender is not null).IsEqualTo(verdict.GetProperty("looks_like_disco").GetBoolean()).Because(verdict.Text("why"));
            await Assert.That(sender).IsEqualTo(verdict.Has("source") ? verdict.Text("source") : null);
        }
    }

    [Test]
    public async Task Envelope_and_Geneve_header_have_the_recorded_fields()
    {
        var geneves = 0;
        foreach (var message in Vectors.Json("disco", "messages.json").EnumerateArray())
        {
            await Assert.That(Envelope(message.Hex("packet"))).IsEqualTo($"{message.Text("sender_public")} {message.Text("nonce")}");
            if (!message.Has("geneve"))
                continue;
            var geneve = message.GetProperty("geneve");
            var expected = $"Disco {geneve.GetProperty("vni")} {geneve.GetProperty("control").GetBoolean()} {message.Text("packet")}";
            await Assert.That(Geneve(geneve.Hex("packet"))).IsEqualTo(expected);
            geneves++;
        }
        await Assert.That(geneves).IsGreaterThan(0);

        static string Envelope(byte[] bytes)
        {
            DiscoPacket.TryRead(bytes, out var packet);
            return $"{Convert.ToHexStringLower(packet.Sender)} {Convert.ToHexStringLower(packet.Nonce)}";
        }

        static string Geneve(byte[] bytes)
        {
            GeneveHeader.TryRead(bytes, out var geneve);
            return $"{geneve.Protocol} {geneve.Vni} {geneve.Control} {Convert.ToHexStringLower(geneve.Payload)}";
        }
    }

    /// <summary>The message as text in the order of <see cref="Expected"/>, or null when it is refused.</summary>
    private static string? Decode(ReadOnlySpan<byte> plain)
    {
        if (!DiscoHeader.TryRead(plain, out var header))
            return null;
        // From version 1 on these are empty; a list that cannot be read is too.
        var newer = header.Version != 0;
        switch (header.Type)
        {
            case DiscoType.Ping:
                return DiscoPing.TryRead(plain, out var ping) ? $"Ping {Hex(ping.TxId)} {(ping.HasNodeKey ? Hex(ping.NodeKey) : "none")} {ping.Padding.Length}" : null;
            case DiscoType.Pong:
                return DiscoPong.TryRead(plain, out var pong) ? $"Pong {Hex(pong.TxId)} {Endpoint(pong.Source)}" : null;
            case DiscoType.CallMeMaybe:
                return $"CallMeMaybe {(DiscoCallMeMaybe.TryRead(plain, out var call) ? Endpoints(call.Endpoints) : "")}";
            case DiscoType.BindUdpRelayEndpoint:
                return DiscoBind.TryRead(plain, out var bind) ? $"BindUDPRelayEndpoint {Binding(bind.Binding)}" : null;
            case DiscoType.BindUdpRelayEndpointChallenge:
                return DiscoBindChallenge.TryRead(plain, out var challenge) ? $"BindUDPRelayEndpointChallenge {Binding(challenge.Binding)}" : null;
            case DiscoType.BindUdpRelayEndpointAnswer:
                return DiscoBindAnswer.TryRead(plain, out var answer) ? $"BindUDPRelayEndpointAnswer {Binding(answer.Binding)}" : null;
            case DiscoType.CallMeMaybeVia:
                return newer ? $"CallMeMaybeVia {NoKey} {NoKey} {NoKey} 0 0 0 0 "
                    : DiscoCallMeMaybeVia.TryRead(plain, out var via) ? $"CallMeMaybeVia {Relay(via.Relay)} {Endpoints(via.Endpoints)}" : null;
            case DiscoType.AllocateUdpRelayEndpointRequest:
                return newer ? $"AllocateUDPRelayEndpointRequest 0 {NoKey} {NoKey}"
                    : DiscoAllocateRequest.TryRead(plain, out var request)
                        ? $"AllocateUDPRelayEndpointRequest {request.Generation} {Hex(request.FirstClient)} {Hex(request.SecondClient)}" : null;
            case DiscoType.AllocateUdpRelayEndpointResponse:
                return newer ? $"AllocateUDPRelayEndpointResponse 0 {NoKey} {NoKey} {NoKey} 0 0 0 0 "
                    : DiscoAllocateResponse.TryRead(plain, out var response)
                        ? $"AllocateUDPRelayEndpointResponse {response.Generation} {Relay(response.Relay)} {Endpoints(response.Endpoints)}" : null;
            default:
                return null;
        }
    }

    private static string Expected(JsonElement decoded)
    {
        var type = decoded.Text("type");
        return type + " " + type switch
        {
            "Ping" => $"{decoded.Text("tx_id")} {(decoded.Has("node_key") ? decoded.Text("node_key") : "none")} {decoded.GetProperty("padding")}",
            "Pong" => $"{decoded.Text("tx_id")} {decoded.Text("src")}",
            "CallMeMaybe" => Listed("endpoints"),
            "CallMeMaybeVia" => Relay(),
            "AllocateUDPRelayEndpointRequest" => $"{decoded.GetProperty("generation")} {Clients()}",
            "AllocateUDPRelayEndpointResponse" => $"{decoded.GetProperty("generation")} {Relay()}",
            _ => $"{decoded.GetProperty("vni")} {decoded.GetProperty("generation")} {decoded.Text("remote_key")} {decoded.Text("challenge")}",
        };

        string Relay() => $"{decoded.Text("server_disco")} {Clients()} {decoded.Text("lamport_id")} {decoded.GetProperty("vni")}"
            + $" {decoded.Text("bind_lifetime_ns")} {decoded.Text("steady_state_lifetime_ns")} {Listed("addr_ports")}";
        string Clients() => string.Join(' ', decoded.GetProperty("client_disco").EnumerateArray().Select(k => k.GetString()));
        string Listed(string name) => string.Join(',', decoded.GetProperty(name).EnumerateArray().Select(e => e.GetString()));
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static string Binding(DiscoRelayBinding binding) => $"{binding.Vni} {binding.Generation} {Hex(binding.RemoteKey)} {Hex(binding.Challenge)}";

    private static string Relay(DiscoRelayEndpoint relay) =>
        $"{Hex(relay.Server)} {Hex(relay.FirstClient)} {Hex(relay.SecondClient)} {relay.LamportId} {relay.Vni} {relay.BindLifetime} {relay.SteadyStateLifetime}";

    private static string Endpoints(ReadOnlySpan<byte> bytes)
    {
        var texts = new List<string>();
        var endpoints = new DiscoEndpoints(bytes);
        while (endpoints.TryNext(out var endpoint))
            texts.Add(Endpoint(endpoint));
        return string.Join(',', texts);
    }

    private static string Endpoint(DiscoEndpoint endpoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, endpoint.Address);
        var address = new IPAddress(bytes);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, endpoint.Port).ToString();
    }
}
