using Edge.Foundation.Wire;

namespace Edge.Tests.Wire;

/// <summary>The clear parts of messages 1 to 4 as wireguard-go writes and takes them.</summary>
public sealed class WireGuardMessageTests
{
    [Test]
    public async Task Handshake_messages_carry_the_recorded_indices()
    {
        foreach (var handshake in Vectors.Json("wireguard", "handshakes.json").EnumerateArray())
        {
            var (sender, answered, receiver) = Indices(handshake.Hex("initiation"), handshake.Hex("response"));
            await Assert.That(sender).IsEqualTo(handshake.GetProperty("initiator_index").GetUInt32());
            await Assert.That(answered).IsEqualTo(handshake.GetProperty("initiator_index").GetUInt32());
            await Assert.That(receiver).IsEqualTo(handshake.GetProperty("responder_index").GetUInt32());
        }

        static (uint, uint, uint) Indices(byte[] first, byte[] second)
        {
            WireGuardInitiation.TryRead(first, out var initiation);
            WireGuardResponse.TryRead(second, out var response);
            return (initiation.Sender, response.Receiver, response.Sender);
        }
    }

    [Test]
    public async Task Macs_and_cookie_replies_have_the_recorded_parts()
    {
        foreach (var cookie in Vectors.Json("wireguard", "cookies.json").EnumerateArray())
        {
            var next = Macs(cookie.Hex("next_initiation_with_mac2"));
            await Assert.That(Macs(cookie.Hex("initiation"))).IsEqualTo($"{cookie.Text("mac1")} {new string('0', 32)}");
            await Assert.That(next).IsEqualTo($"{cookie.Text("next_mac1")} {cookie.Text("next_mac2")}");
            await Assert.That(Reply(cookie.Hex("cookie_reply"))).IsEqualTo($"{cookie.GetProperty("receiver_index")} {cookie.Text("nonce")} 32");
        }

        static string Macs(byte[] bytes)
        {
            WireGuardInitiation.TryRead(bytes, out var m);
            return $"{Convert.ToHexStringLower(m.Mac1)} {Convert.ToHexStringLower(m.Mac2)}";
        }

        static string Reply(byte[] bytes)
        {
            WireGuardCookieReply.TryRead(bytes, out var m);
            return $"{m.Receiver} {Convert.ToHexStringLower(m.Nonce)} {m.SealedCookie.Length}";
        }
    }

    [Test]
    public async Task Macs_cover_the_bytes_before_them()
    {
        await Assert.That((WireGuardInitiation.Mac1Offset, WireGuardInitiation.Mac2Offset)).IsEqualTo((116, 132));
        await Assert.That((WireGuardResponse.Mac1Offset, WireGuardResponse.Mac2Offset)).IsEqualTo((60, 76));
    }

    [Test]
    public async Task A_session_is_read_message_by_message()
    {
        foreach (var session in Vectors.Json("wireguard", "sessions.json").EnumerateArray())
        {
            var counters = new Dictionary<uint, ulong>();
            foreach (var message in session.GetProperty("messages").EnumerateArray())
            {
                var wire = message.Hex("wire");
                await Assert.That(TypeOf(wire)).IsEqualTo(message.GetProperty("type").GetInt32());
                if (message.GetProperty("type").GetInt32() != 4)
                    continue;
                var (receiver, counter, sealedLength) = Transport(wire);
                // Each side counts from 0 for a receiver; the recording is in sending order.
                await Assert.That(counter).IsEqualTo(counters.GetValueOrDefault(receiver));
                counters[receiver] = counter + 1;
                await Assert.That(sealedLength).IsEqualTo(wire.Length - 16);
            }
            var indices = session.GetProperty("session_keys").EnumerateArray().Select(k => k.GetProperty("local_index").GetUInt32());
            await Assert.That(counters.Keys.Except(indices)).IsEmpty();
        }

        static (uint, ulong, int) Transport(byte[] wire)
        {
            WireGuardTransport.TryRead(wire, out var m);
            return (m.Receiver, m.Counter, m.Sealed.Length);
        }
    }

    [Test]
    public async Task Lengths_and_types_that_the_real_device_refuses_by_their_form_are_refused()
    {
        foreach (var verdict in Vectors.Json("wireguard", "initiation_verdicts.json").EnumerateArray())
        {
            var why = verdict.Text("why");
            var wrongForm = why.EndsWith("bytes", StringComparison.Ordinal) || why.Contains("byte 0,", StringComparison.Ordinal) || why.Contains("byte 1,", StringComparison.Ordinal);
            await Assert.That(WireGuardInitiation.TryRead(verdict.Hex("message"), out _)).IsEqualTo(!wrongForm).Because(why);
        }
        foreach (var verdict in Vectors.Json("wireguard", "transport_verdicts.json").EnumerateArray().SelectMany(v => v.GetProperty("messages").EnumerateArray()))
        {
            var why = verdict.Text("why");
            var wrongForm = why.StartsWith("31 bytes", StringComparison.Ordinal) || why is "bit flip at byte 0" or "bit flip at byte 1" or "bit flip at byte 3";
            await Assert.That(WireGuardTransport.TryRead(verdict.Hex("message"), out _)).IsEqualTo(!wrongForm).Because(why);
        }
    }

    [Test]
    public async Task Timestamps_are_big_endian_from_the_TAI_epoch()
    {
        foreach (var stamp in Vectors.Json("wireguard", "tai64n.json").EnumerateArray())
        {
            var buffer = new byte[Tai64n.Size];
            var whitened = (uint)stamp.GetProperty("nanoseconds").GetInt64() & 0xff000000;
            Tai64n.Write(buffer, Tai64n.UnixEpoch + stamp.GetProperty("unix_seconds").GetUInt64(), whitened);
            await Assert.That(Convert.ToHexStringLower(buffer)).IsEqualTo(stamp.Text("tai64n"));
        }
    }

    private static int TypeOf(byte[] wire) =>
        WireGuardInitiation.TryRead(wire, out _) ? 1 : WireGuardResponse.TryRead(wire, out _) ? 2
        : WireGuardCookieReply.TryRead(wire, out _) ? 3 : WireGuardTransport.TryRead(wire, out _) ? 4 : 0;
}
