using System.Text;
using System.Text.Json;
using Edge.Crypto.Noise;

namespace Edge.Crypto.Tests.Noise;

/// <summary>tests/vectors/noise: the vectors of cacophony and snow for the two patterns, with payloads, and messages after the handshake.</summary>
public sealed class PublishedHandshakeTests
{
    [Test]
    public async Task Both_sides_write_and_read_every_message()
    {
        foreach (JsonElement vector in Vectors.All("noise/vectors.json"))
        {
            NoiseProtocol protocol = Protocol(vector.Text("protocol_name"));
            using var ours = new X25519KeyPair(vector.Hex("init_static"));
            using var theirs = new X25519KeyPair(vector.Hex("resp_static"));
            await Bytes.AreEqual(theirs.PublicKey.ToArray(), vector.Hex("init_remote_static"));
            using var initiator = new NoiseHandshake(protocol);
            using var responder = new NoiseHandshake(protocol);
            initiator.StartInitiator(vector.Hex("init_prologue"), ours, theirs.PublicKey);
            responder.StartResponder(vector.Hex("resp_prologue"), theirs);
            if (vector.TryGetProperty("init_psks", out JsonElement psks) && psks.GetArrayLength() > 0)
            {
                initiator.SetPresharedKey(Convert.FromHexString(psks[0].GetString()!));
                responder.SetPresharedKey(Convert.FromHexString(psks[0].GetString()!));
            }

            JsonElement[] messages = [.. vector.GetProperty("messages").EnumerateArray()];
            await Pass(initiator, responder, vector.Hex("init_ephemeral"), messages[0]);
            await Pass(responder, initiator, vector.Hex("resp_ephemeral"), messages[1]);
            await Bytes.AreEqual(responder.RemoteStatic.ToArray(), ours.PublicKey.ToArray());
            await Bytes.AreEqual(initiator.Hash.ToArray(), responder.Hash.ToArray());
            if (vector.TryGetProperty("handshake_hash", out JsonElement hash))
                await Bytes.AreEqual(initiator.Hash.ToArray(), Convert.FromHexString(hash.GetString()!));

            byte[][] keys = [new byte[32], new byte[32]];
            byte[] send = new byte[32], receive = new byte[32];
            initiator.Split(keys[0], keys[1]);
            responder.Split(send, receive);
            await Bytes.AreEqual(send, keys[1]);
            await Bytes.AreEqual(receive, keys[0]);
            for (int i = 2; i < messages.Length; i++)
            {
                byte[] payload = messages[i].Hex("payload"), ciphertext = new byte[payload.Length + 16];
                ChaCha20Poly1305.Seal(keys[i % 2], (ulong)(i / 2 - 1), default, payload, ciphertext);
                await Bytes.AreEqual(ciphertext, messages[i].Hex("ciphertext"));
            }
        }
    }

    private static NoiseProtocol Protocol(string name) =>
        name == Encoding.ASCII.GetString(NoiseProtocol.IK.Name) ? NoiseProtocol.IK
        : name == Encoding.ASCII.GetString(NoiseProtocol.IKpsk2.Name) ? NoiseProtocol.IKpsk2
        : throw new InvalidDataException($"no such protocol: {name}");

    private static async Task Pass(NoiseHandshake from, NoiseHandshake to, byte[] ephemeral, JsonElement message)
    {
        byte[] payload = message.Hex("payload"), expected = message.Hex("ciphertext"), written = new byte[expected.Length], read = new byte[payload.Length];
        await Assert.That(from.WriteMessage(ephemeral, payload, written)).IsTrue();
        await Bytes.AreEqual(written, expected);
        await Assert.That(to.ReadMessage(written, read)).IsTrue();
        await Bytes.AreEqual(read, payload);
    }
}
