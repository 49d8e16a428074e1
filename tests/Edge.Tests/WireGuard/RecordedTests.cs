using System.Text.Json;
using Edge.Crypto;
using Edge.Crypto.Noise;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;
using Edge.Protocols.WireGuard;
using Edge.Tests.Wire;
using PeerRoutes = Edge.Protocols.Routes.Routes;

namespace Edge.Tests.WireGuard;

/// <summary>What wireguard-go sent and decided with known keys, done again with the same keys.</summary>
public sealed class RecordedTests
{
    private static readonly Timestamp s_now = new(1_000_000_000);

    [Test]
    public async Task The_initiator_sends_the_recorded_bytes_and_takes_the_recorded_response()
    {
        foreach (var h in Vectors.Json("wireguard", "handshakes.json").EnumerateArray())
        {
            var index = h.GetProperty("initiator_index").GetUInt32();
            using var side = new Side(h.Hex("initiator_private"), h.Hex("responder_public"), h.Hex("preshared_key"), indices: index, latest: JustBefore(h.Hex("tai64n")));
            side.Entropy.Prepare(h.Hex("initiator_ephemeral_private"));
            side.Entropy.Prepare(0, 0, 0, 0);
            side.Entropy.Prepare(BitConverter.GetBytes(index));
            side.Device.Connect(s_now, side.Peer);
            var sent = side.Poll(s_now, DateTimeOffset.UnixEpoch);
            await Assert.That(Convert.ToHexStringLower(sent.Single())).IsEqualTo(h.Text("initiation"));

            await Assert.That(side.Receive(s_now, h.Hex("response"), side).Verdict).IsEqualTo(OpenVerdict.Handshake);
            await Assert.That(Keys(side)).IsEqualTo($"{h.Text("initiator_send_key")} {h.Text("initiator_receive_key")}");
        }
    }

    [Test]
    public async Task The_responder_answers_with_the_recorded_bytes()
    {
        foreach (var h in Vectors.Json("wireguard", "handshakes.json").EnumerateArray())
        {
            var index = h.GetProperty("responder_index").GetUInt32();
            using var side = new Side(h.Hex("responder_private"), h.Hex("initiator_public"), h.Hex("preshared_key"), indices: index);
            side.Entropy.Prepare(h.Hex("responder_ephemeral_private"));
            side.Entropy.Prepare(0, 0, 0, 0);
            side.Entropy.Prepare(BitConverter.GetBytes(index));
            await Assert.That(side.Receive(s_now, h.Hex("initiation"), side).Verdict).IsEqualTo(OpenVerdict.Handshake);
            await Assert.That(Convert.ToHexStringLower(side.Poll(s_now).Single())).IsEqualTo(h.Text("response"));
        }
    }

    [Test]
    public async Task Initiations_are_taken_and_refused_as_recorded()
    {
        var cases = Vectors.Json("wireguard", "initiation_verdicts.json").EnumerateArray().GroupBy(c => c.Text("responder_private"));
        foreach (var device in cases)
        {
            var first = device.First();
            using var side = new Side(Convert.FromHexString(device.Key), first.Hex("known_peer_public"), first.Hex("preshared_key"));
            var now = s_now;
            foreach (var verdict in device)
            {
                now += WireGuardLimits.InitiationInterval;
                var (result, _) = side.Receive(now, verdict.Hex("message"), side);
                await Assert.That(result == OpenVerdict.Handshake).IsEqualTo(verdict.GetProperty("accepted").GetBoolean()).Because($"{verdict.Text("why")}: {result}");
            }
        }
    }

    [Test]
    public async Task Sessions_are_sealed_and_opened_byte_for_byte_in_both_directions()
    {
        var packets = 0;
        foreach (var session in Vectors.Json("wireguard", "sessions.json").EnumerateArray())
        {
            var (initiator, responder) = Play(session, out var messages);
            foreach (var message in messages)
            {
                var isInitiators = message.Text("from") == "initiator";
                var (from, to) = isInitiators ? (initiator, responder) : (responder, initiator);
                var plaintext = message.Has("plaintext") ? message.Hex("plaintext") : [];
                var isKeepalive = plaintext.Length == 0;
                var isStaged = isInitiators && message.GetProperty("counter").GetInt64() == 0;
                var sent = isStaged ? from.Poll(s_now).Single() : isKeepalive ? Keepalive(from) : from.Send(s_now, plaintext)!;
                await Assert.That(Convert.ToHexStringLower(sent)).IsEqualTo(message.Text("wire"));
                var (verdict, packet) = to.Receive(s_now, message.Hex("wire"), from);
                await Assert.That(verdict).IsEqualTo(isKeepalive ? OpenVerdict.Keepalive : OpenVerdict.Packet);
                await Assert.That(packet.AsSpan().SequenceEqual(plaintext)).IsTrue();
                packets++;
            }
            initiator.Dispose();
            responder.Dispose();
        }
        await Assert.That(packets).IsGreaterThan(100);

        static byte[] Keepalive(Side side)
        {
            side.Device.Connect(s_now, side.Peer);
            return side.Poll(s_now).Single();
        }
    }

    [Test]
    public async Task Transport_messages_are_delivered_and_dropped_as_recorded()
    {
        foreach (var device in Vectors.Json("wireguard", "transport_verdicts.json").EnumerateArray())
        {
            var (a, b) = Side.Pair();
            a.Device.Connect(s_now, a.Peer);
            Side.Settle(s_now, a, b);
            // The recorded key, and the index at which this device gave it out: nothing authenticates the index.
            var session = b.Device.CurrentSessionOf(b.Peer)!;
            device.Hex("receive_key").CopyTo(session.ReceiveKeyForWriting);
            session.Window = default;
            await Assert.That(b.Receive(s_now, Here(device.Hex("first_message_delivered")), a).Verdict).IsEqualTo(OpenVerdict.Packet);
            var routes = new PeerRoutes();
            foreach (var allowed in device.GetProperty("peer_allowed_ips").EnumerateArray())
                routes.Add(IpPrefix.TryParse(allowed.GetString(), out var prefix) ? prefix : throw new InvalidDataException(), b.Peer);
            foreach (var message in device.GetProperty("messages").EnumerateArray())
            {
                var (verdict, packet) = b.Receive(s_now, Here(message.Hex("message")), a);
                var isDelivered = verdict == OpenVerdict.Packet && routes.Find(IpAddress.Read(packet.AsSpan(12, 4))) == b.Peer;
                await Assert.That(isDelivered).IsEqualTo(message.GetProperty("delivered").GetBoolean()).Because($"{message.Text("why")}: {verdict}");
                if (isDelivered)
                    await Assert.That(Convert.ToHexStringLower(packet)).IsEqualTo(message.Text("inner"));
            }

            byte[] Here(byte[] message)
            {
                var recorded = BitConverter.GetBytes(device.GetProperty("responder_index").GetUInt32());
                if (message.AsSpan(4, 4).SequenceEqual(recorded))
                    BitConverter.TryWriteBytes(message.AsSpan(4), session.LocalIndex);
                return message;
            }
        }
    }

    [Test]
    public async Task A_tampered_cookie_reply_is_refused_and_the_genuine_one_gives_the_recorded_mac2()
    {
        foreach (var recorded in Vectors.Json("wireguard", "cookies.json").EnumerateArray())
        {
            foreach (var tampered in recorded.GetProperty("tampered").EnumerateArray())
                await Assert.That(Take(recorded.Hex("initiation"), tampered.Hex("cookie_reply"))).IsEqualTo(tampered.GetProperty("accepted").GetBoolean()).Because(tampered.Text("why"));
            await Assert.That(Take(recorded.Hex("next_initiation_with_mac2"), recorded.Hex("cookie_reply")))
                .IsEqualTo(recorded.GetProperty("genuine_reply_after_the_next_initiation_accepted").GetBoolean());

            var held = Sent(recorded.Hex("initiation"));
            await Assert.That(TakeWith(ref held, recorded.Hex("cookie_reply"))).IsTrue();
            var next = recorded.Hex("next_initiation_with_mac2");
            var message = (byte[])next.Clone();
            message.AsSpan(WireGuardInitiation.Mac1Offset).Clear();
            held.Seal(s_now, message, recorded.Hex("mac1_key"));
            await Assert.That(Convert.ToHexStringLower(message)).IsEqualTo(Convert.ToHexStringLower(next));

            var reply = new byte[WireGuardCookieReply.Size];
            CookieIssuer.WriteReply(recorded.Hex("cookie_secret"), recorded.Hex("source_bytes"), recorded.Hex("nonce"), recorded.Hex("mac1"),
                recorded.GetProperty("receiver_index").GetUInt32(), recorded.Hex("cookie_encryption_key"), reply);
            await Assert.That(Convert.ToHexStringLower(reply)).IsEqualTo(recorded.Text("cookie_reply"));

            bool Take(byte[] lastSent, byte[] reply)
            {
                var state = Sent(lastSent);
                return TakeWith(ref state, reply);
            }

            bool TakeWith(ref HeldCookie state, byte[] reply) =>
                WireGuardCookieReply.TryRead(reply, out var read) && state.Take(s_now, read, recorded.Hex("cookie_encryption_key"));

            HeldCookie Sent(byte[] message)
            {
                var state = default(HeldCookie);
                state.Seal(s_now, (byte[])message.Clone(), recorded.Hex("mac1_key"));
                return state;
            }
        }
    }

    [Test]
    public async Task Macs_are_judged_as_recorded()
    {
        foreach (var recorded in Vectors.Json("wireguard", "mac_verdicts.json").EnumerateArray())
        {
            byte[] mac1Key = new byte[32], cookieKey = new byte[32], cookie = new byte[MessageMacs.Size];
            MessageMacs.DeriveKeys(recorded.Hex("responder_public"), mac1Key, cookieKey);
            Blake2s.Mac(recorded.Hex("cookie_secret"), recorded.Hex("source_bytes"), cookie);
            var message = recorded.Hex("message");
            await Assert.That(MessageMacs.IsMac1Right(message, mac1Key)).IsEqualTo(recorded.GetProperty("mac1_ok").GetBoolean()).Because(recorded.Text("why"));
            await Assert.That(MessageMacs.IsMac2Right(message, cookie)).IsEqualTo(recorded.GetProperty("mac2_ok").GetBoolean()).Because(recorded.Text("why"));
        }
    }

    [Test]
    public async Task Timestamps_are_the_recorded_ones()
    {
        foreach (var recorded in Vectors.Json("wireguard", "tai64n.json").EnumerateArray())
        {
            var wall = DateTimeOffset.FromUnixTimeSeconds(recorded.GetProperty("unix_seconds").GetInt64());
            // .NET's clock counts in 100 ns; what is lost is below the stamp's unit, but for the case at its very edge.
            var nanoseconds = recorded.GetProperty("nanoseconds").GetInt64();
            var stamp = HandshakeStamp.Of(wall.AddTicks((nanoseconds + (nanoseconds % (1 << 24) == 0 ? 99 : 0)) / 100));
            var bytes = new byte[Tai64n.Size];
            stamp.Write(bytes);
            await Assert.That(Convert.ToHexStringLower(bytes)).IsEqualTo(recorded.Text("tai64n"));
            await Assert.That(HandshakeStamp.Read(bytes)).IsEqualTo(stamp);
        }
    }

    /// <summary>Both sides after the recorded handshake, and the transport messages that follow it.</summary>
    private static (Side Initiator, Side Responder) Play(JsonElement session, out List<JsonElement> transport)
    {
        var messages = session.GetProperty("messages").EnumerateArray().ToList();
        var keys = session.GetProperty("session_keys").EnumerateArray().ToList();
        var first = keys.Single(k => k.GetProperty("is_initiator").GetBoolean());
        var second = keys.Single(k => !k.GetProperty("is_initiator").GetBoolean());
        byte[] a = session.Hex("initiator_private"), b = session.Hex("responder_private"), psk = session.Hex("preshared_key");
        var (i, r) = (first.GetProperty("local_index").GetUInt32(), second.GetProperty("local_index").GetUInt32());
        var mtu = session.GetProperty("mtu").GetInt32();
        var initiation = messages.Single(m => m.GetProperty("type").GetInt32() == 1).Hex("wire");
        var response = messages.Single(m => m.GetProperty("type").GetInt32() == 2).Hex("wire");

        var responder = new Side(b, Side.PublicOf(a), psk, 2, indices: r, mtu: mtu);
        responder.Entropy.Prepare(second.Hex("local_ephemeral_private"));
        responder.Entropy.Prepare(0, 0, 0, 0);
        responder.Entropy.Prepare(BitConverter.GetBytes(r));
        responder.Receive(s_now, initiation, responder);
        responder.Poll(s_now);

        var initiator = new Side(a, Side.PublicOf(b), psk, 1, indices: i, latest: JustBefore(StampIn(initiation, b, psk)), mtu: mtu);
        initiator.Entropy.Prepare(first.Hex("local_ephemeral_private"));
        initiator.Entropy.Prepare(0, 0, 0, 0);
        initiator.Entropy.Prepare(BitConverter.GetBytes(i));
        initiator.Device.Stage(s_now, initiator.Peer, messages.First(m => m.Text("from") == "initiator" && m.GetProperty("type").GetInt32() == 4).Hex("plaintext"));
        if (!initiator.Poll(s_now, DateTimeOffset.UnixEpoch).Single().AsSpan().SequenceEqual(initiation))
            throw new InvalidDataException("the initiation is not the recorded one");
        initiator.Receive(s_now, response, responder);
        transport = [.. messages.Where(m => m.GetProperty("type").GetInt32() == 4)];
        return (initiator, responder);
    }

    /// <summary>What only the responder can read.</summary>
    private static byte[] StampIn(byte[] initiation, byte[] responderKey, byte[] presharedKey)
    {
        using var identity = new X25519KeyPair(responderKey);
        var noise = new NoiseHandshake(NoiseProtocol.IKpsk2);
        noise.StartResponder("WireGuard v1 zx2c4 Jason@zx2c4.com"u8, identity);
        noise.SetPresharedKey(presharedKey);
        var stamp = new byte[Tai64n.Size];
        return noise.ReadMessage(initiation.AsSpan(8, 108), stamp) ? stamp : throw new InvalidDataException("the initiation does not open");
    }

    private static HandshakeStamp JustBefore(byte[] tai64n) => new(HandshakeStamp.Read(tai64n).Bits - (1 << 24));

    private static string Keys(Side side)
    {
        var session = side.Device.CurrentSessionOf(side.Peer)!;
        return $"{Convert.ToHexStringLower(session.SendKey)} {Convert.ToHexStringLower(session.ReceiveKey)}";
    }
}
