using System.Buffers.Binary;
using Edge.Foundation.Wire;

namespace Edge.Tests.Wire;

/// <summary>Recorded bytes of one message, and where they come from.</summary>
internal sealed record WireSample(string Message, string From, byte[] Bytes)
{
    public override string ToString() => $"{Message} from {From}";
}

/// <summary>Recorded bytes of every declared message, cut out of the vectors by offsets from the specifications, not by the code under test.</summary>
internal static class WireSamples
{
    public static IReadOnlyList<WireSample> All { get; } =
        [.. Packets("ip", "linux"), .. Packets("pcaps", "direct"), .. Packets("pcaps", "start"), .. Stun(), .. Disco(), .. WireGuard(), .. Derp(), .. Control()];

    private static IEnumerable<WireSample> Packets(string set, string name)
    {
        var index = 0;
        foreach (var frame in Vectors.Frames(set, $"{name}.pcap"))
        {
            var from = $"{name}.pcap {index++}";
            var packet = frame[14..];
            foreach (var sample in BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12)) switch { 0x0800 => V4(packet, from), 0x86dd => V6(packet, from), _ => [] })
                yield return sample;
        }
    }

    private static IEnumerable<WireSample> V4(byte[] packet, string from)
    {
        yield return new(nameof(Ipv4Header), from, packet);
        var laterFragment = (packet[6] & 0x1f) != 0 || packet[7] != 0;
        var body = packet[((packet[0] & 15) * 4)..];
        foreach (var sample in laterFragment ? [] : Transport(packet[9], body, (packet[6] & 0x20) != 0, from))
            yield return sample;
        if (packet[9] != 1 || laterFragment)
            yield break;
        yield return new(nameof(IcmpHeader), from, body);
        var message = body[0] switch { 0 or 8 => nameof(IcmpEcho), 3 => nameof(IcmpUnreachable), 11 => nameof(IcmpTimeExceeded), _ => null };
        if (message is not null)
            yield return new(message, from, body);
        if (body[0] is 3 or 11)
            yield return new(nameof(Ipv4Quote), from, body[8..]);
    }

    private static IEnumerable<WireSample> V6(byte[] packet, string from)
    {
        yield return new(nameof(Ipv6Header), from, packet);
        var (next, body) = (packet[6], packet[40..]);
        while (next is 0 or 60)
            (next, body) = (body[0], body[((body[1] + 1) * 8)..]);
        if (next == 44)
            yield return new(nameof(Ipv6Fragment), from, body);
        foreach (var sample in Transport(next, body, false, from))
            yield return sample;
        if (next != 58)
            yield break;
        yield return new(nameof(Icmpv6Header), from, body);
        var message = body[0] switch
        {
            1 => nameof(Icmpv6Unreachable),
            2 => nameof(Icmpv6PacketTooBig),
            3 => nameof(Icmpv6TimeExceeded),
            128 or 129 => nameof(Icmpv6Echo),
            _ => null,
        };
        if (message is not null)
            yield return new(message, from, body);
        if (body[0] is 1 or 2 or 3)
            yield return new(nameof(Ipv6Quote), from, body[8..]);
    }

    private static IEnumerable<WireSample> Transport(byte protocol, byte[] body, bool fragment, string from)
    {
        if (protocol is 6 or 17)
            yield return new(nameof(TransportPorts), from, body[..4]);
        if (protocol == 6)
            yield return new(nameof(TcpHeader), from, body);
        // A first fragment's UDP length is that of the whole datagram.
        if (protocol == 17 && !fragment)
            yield return new(nameof(UdpHeader), from, body);
    }

    private static IEnumerable<WireSample> Stun()
    {
        foreach (var exchange in Vectors.Json("stun", "exchanges.json").EnumerateArray())
        {
            var request = exchange.Hex("request");
            yield return new(nameof(StunHeader), "request", request);
            yield return new(nameof(StunAttribute), "software", request[20..32]);
            yield return new(nameof(StunAttribute), "fingerprint", request[32..]);
            yield return new(nameof(StunFingerprint), "request", request[36..]);
            var response = exchange.Hex("response");
            yield return new(nameof(StunHeader), "response", response);
            yield return new(nameof(StunAttribute), "address", response[20..]);
            yield return new(response.Length == 32 ? nameof(StunAddress4) : nameof(StunAddress6), "response", response[24..]);
        }
    }

    private static IEnumerable<WireSample> Disco()
    {
        foreach (var message in Vectors.Json("disco", "messages.json").EnumerateArray())
        {
            var name = message.Text("name");
            yield return new(nameof(DiscoPacket), name, message.Hex("packet"));
            if (message.Has("geneve"))
                yield return new(nameof(GeneveHeader), name, message.GetProperty("geneve").Hex("packet"));
            var plain = message.Hex("plaintext");
            yield return new(nameof(DiscoHeader), name, plain);
            // A ping without node key is read but never written; DiscoTests has it.
            if (plain[0] == 1 && plain.Length < 46)
                continue;
            var (type, nested, at, to) = plain[0] switch
            {
                1 => (nameof(DiscoPing), null, 0, 0),
                2 => (nameof(DiscoPong), nameof(DiscoEndpoint), 14, 32),
                3 => (nameof(DiscoCallMeMaybe), null, 0, 0),
                4 => (nameof(DiscoBind), nameof(DiscoRelayBinding), 2, 74),
                5 => (nameof(DiscoBindChallenge), nameof(DiscoRelayBinding), 2, 74),
                6 => (nameof(DiscoBindAnswer), nameof(DiscoRelayBinding), 2, 74),
                7 => (nameof(DiscoCallMeMaybeVia), nameof(DiscoRelayEndpoint), 2, 126),
                8 => (nameof(DiscoAllocateRequest), null, 0, 0),
                _ => (nameof(DiscoAllocateResponse), nameof(DiscoRelayEndpoint), 6, 130),
            };
            yield return new(type, name, plain);
            if (nested is not null)
                yield return new(nested, name, plain[at..to]);
        }
    }

    private static IEnumerable<WireSample> WireGuard()
    {
        foreach (var handshake in Vectors.Json("wireguard", "handshakes.json").EnumerateArray())
        {
            yield return new(nameof(WireGuardInitiation), "handshake", handshake.Hex("initiation"));
            yield return new(nameof(WireGuardResponse), "handshake", handshake.Hex("response"));
            yield return new(nameof(Tai64n), "handshake", handshake.Hex("tai64n"));
        }
        foreach (var cookie in Vectors.Json("wireguard", "cookies.json").EnumerateArray())
            yield return new(nameof(WireGuardCookieReply), "cookie", cookie.Hex("cookie_reply"));
        foreach (var session in Vectors.Json("wireguard", "sessions.json").EnumerateArray())
        {
            foreach (var message in session.GetProperty("messages").EnumerateArray().Where(m => m.GetProperty("type").GetInt32() == 4).Take(20))
                yield return new(nameof(WireGuardTransport), "session", message.Hex("wire"));
        }
    }

    private static IEnumerable<WireSample> Derp()
    {
        var sessions = Vectors.Json("derp", "sessions.json").EnumerateArray();
        var frames = sessions.SelectMany(s => s.GetProperty("clients").EnumerateArray()).SelectMany(c => c.GetProperty("frames").EnumerateArray()).Select(f => f.Hex("frame"))
            .Append(Vectors.Json("derp", "client_receive.json").EnumerateArray().Single(v => v.Text("why") == "restarting").Hex("bytes"));
        foreach (var frame in frames)
        {
            yield return new(nameof(DerpFrameHeader), $"type {frame[0]}", frame[..5]);
            var body = frame[0] switch
            {
                0x01 => nameof(DerpServerKey),
                0x02 => nameof(DerpClientInfo),
                0x03 => nameof(DerpServerInfo),
                0x04 => nameof(DerpSendPacket),
                0x05 => nameof(DerpRecvPacket),
                0x07 => nameof(DerpNotePreferred),
                0x08 => nameof(DerpPeerGone),
                0x09 => nameof(DerpPeerPresent),
                0x0a => nameof(DerpForwardPacket),
                0x11 => nameof(DerpClosePeer),
                0x12 or 0x13 => nameof(DerpPing),
                0x15 => nameof(DerpRestarting),
                _ => null,
            };
            if (body is not null)
                yield return new(body, $"type {frame[0]}", frame[5..]);
        }
    }

    private static IEnumerable<WireSample> Control()
    {
        foreach (var handshake in Vectors.Json("noise_ts2021", "handshakes.json").EnumerateArray())
        {
            yield return new(nameof(ControlNoiseInitiation), "handshake", handshake.Hex("initiation"));
            yield return new(nameof(ControlNoiseResponse), "handshake", handshake.Hex("response"));
            yield return new(nameof(ControlNoiseHeader), "response", handshake.Hex("response")[..3]);
            foreach (var record in handshake.GetProperty("records").EnumerateArray())
                yield return new(nameof(ControlNoiseRecord), "record", record.Hex("wire"));
        }
        foreach (var error in Vectors.Json("noise_ts2021", "negative.json").EnumerateArray().Where(v => v.Text("why").EndsWith("error frame", StringComparison.Ordinal)))
            yield return new(nameof(ControlNoiseError), error.Text("why"), error.Hex("packet"));
        foreach (var connection in Vectors.Json("pcaps", "start.expected.json").GetProperty("control_connections").EnumerateArray().Where(c => c.Has("server_plaintext")))
            yield return new(nameof(ControlEarlyPayload), "start.pcap", connection.Hex("server_plaintext")[..9]);
        yield return new(nameof(ControlMapFrameHeader), "keep-alive", Vectors.Bytes("control_json", "headscale", "laptop-alice", "063-map-response.frame.bin"));
        yield return new(nameof(ControlMapFrameHeader), "map response", Vectors.Bytes("control_json", "testcontrol", "two-after-restart", "007-map-response.frame.bin"));
    }
}
