using System.Buffers.Binary;
using System.Text.Json;

namespace Edge.Crypto.Tests;

/// <summary>Packets that wireguard-go and Tailscale's control channel sealed, with their keys.</summary>
public sealed class RecordedSessionsTests
{
    [Test]
    [Arguments(AeadImplementation.Sodium)]
    [Arguments(AeadImplementation.OpenSsl)]
    public async Task Every_packet_of_wireguard_go_opens_and_seals_to_the_same_bytes(AeadImplementation implementation)
    {
        using var context = new AeadContext(implementation);
        int count = 0;
        foreach (JsonElement session in Vectors.All("wireguard/sessions.json"))
        {
            Dictionary<uint, byte[]> keys = session.GetProperty("session_keys").EnumerateArray()
                .ToDictionary(side => side.GetProperty("local_index").GetUInt32(), side => side.Hex("receive_key"));
            foreach (JsonElement message in session.GetProperty("messages").EnumerateArray().Where(message => message.Number("type") == 4))
            {
                // Whitepaper section 5.4.6: type, receiver index, counter, then the sealed packet.
                byte[] wire = message.Hex("wire");
                byte[] key = keys[BinaryPrimitives.ReadUInt32LittleEndian(wire.AsSpan(4))];
                ulong counter = BinaryPrimitives.ReadUInt64LittleEndian(wire.AsSpan(8));
                byte[] packet = wire[16..];
                await Assert.That(context.Open(key, counter, packet)).IsTrue();
                if (message.TryGetProperty("plaintext", out JsonElement plaintext) && plaintext.GetString() is { Length: > 0 } text)
                    await Assert.That(Convert.ToHexStringLower(packet)).StartsWith(text);
                context.Seal(key, counter, packet);
                await Bytes.AreEqual(packet, wire[16..]);
                count++;
            }
        }
        await Assert.That(count).IsGreaterThan(100);
    }

    [Test]
    public async Task Cookies_and_macs_of_wireguard_go()
    {
        foreach (JsonElement vector in Vectors.All("wireguard/cookies.json"))
        {
            // Whitepaper section 5.4.4 and 5.4.7.
            byte[] publicKey = vector.Hex("responder_public"), initiation = vector.Hex("initiation"), next = vector.Hex("next_initiation_with_mac2");
            byte[] macKey = new byte[32], cookieKey = new byte[32], mac = new byte[16], cookie = new byte[16];
            Blake2s.Hash("mac1----"u8, publicKey, macKey);
            await Bytes.AreEqual(macKey, vector.Hex("mac1_key"));
            Blake2s.Mac(macKey, initiation.AsSpan(0, 116), mac);
            await Bytes.AreEqual(mac, vector.Hex("mac1"));
            Blake2s.Hash("cookie--"u8, publicKey, cookieKey);
            await Bytes.AreEqual(cookieKey, vector.Hex("cookie_encryption_key"));
            Blake2s.Mac(vector.Hex("cookie_secret"), vector.Hex("source_bytes"), cookie);
            await Bytes.AreEqual(cookie, vector.Hex("cookie"));

            byte[] reply = vector.Hex("cookie_reply"), sealedCookie = new byte[32], opened = new byte[16];
            XChaCha20Poly1305.Seal(cookieKey, vector.Hex("nonce"), vector.Hex("mac1"), cookie, sealedCookie);
            await Bytes.AreEqual(sealedCookie, reply[32..]);
            await Assert.That(XChaCha20Poly1305.Open(cookieKey, reply.AsSpan(8, 24), vector.Hex("mac1"), reply.AsSpan(32), opened)).IsTrue();
            Blake2s.Mac(opened, next.AsSpan(0, 132), mac);
            await Bytes.AreEqual(mac, vector.Hex("next_mac2"));
        }
    }

    [Test]
    public async Task Records_of_the_control_channel_count_most_significant_byte_first()
    {
        byte[] nonce = new byte[12];
        int count = 0;
        foreach (JsonElement vector in Vectors.All("noise_ts2021/handshakes.json"))
        {
            ulong sent = 0, received = 0;
            foreach (JsonElement record in vector.GetProperty("records").EnumerateArray())
            {
                bool isSent = record.Text("direction") == "client_to_server";
                byte[] wire = record.Hex("wire"), plaintext = [];
                for (int at = 0; at < wire.Length;)
                {
                    // Type 4, length, then the sealed record; a long plaintext is several.
                    int length = BinaryPrimitives.ReadUInt16BigEndian(wire.AsSpan(at + 1));
                    byte[] part = new byte[length - 16];
                    BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(4), isSent ? sent++ : received++);
                    await Assert.That(ChaCha20Poly1305.Open(vector.Hex(isSent ? "client_tx_key" : "client_rx_key"), nonce, default, wire.AsSpan(at + 3, length), part)).IsTrue();
                    plaintext = [.. plaintext, .. part];
                    at += 3 + length;
                    count++;
                }
                await Bytes.AreEqual(plaintext, record.Hex("plaintext"));
            }
        }
        await Assert.That(count).IsGreaterThan(100);
    }
}
