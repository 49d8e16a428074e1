using System.Text.Json;
using Edge.Crypto.Noise;

namespace Edge.Crypto.Tests.Noise;

/// <summary>Handshakes that Tailscale's controlbase and wireguard-go performed, with all private values known.</summary>
public sealed class RecordedHandshakeTests
{
    [Test]
    public async Task The_control_channel_as_Tailscale_opens_it()
    {
        foreach (JsonElement vector in Vectors.All("noise_ts2021/handshakes.json"))
        {
            byte[] prologue = vector.Hex("prologue");
            // Version, type and length stand before Noise's part: 5 bytes in the first message, 3 in the second.
            byte[] initiation = vector.Hex("initiation")[5..];
            byte[] response = vector.Hex("response")[3..];
            using var machine = new X25519KeyPair(vector.Hex("machine_private"));
            using var control = new X25519KeyPair(vector.Hex("control_private"));
            using var client = new NoiseHandshake(NoiseProtocol.IK);
            using var server = new NoiseHandshake(NoiseProtocol.IK);

            client.StartInitiator(prologue, machine, control.PublicKey);
            byte[] written = new byte[initiation.Length];
            await Assert.That(client.WriteMessage(vector.Hex("machine_ephemeral_private"), default, written)).IsTrue();
            await Bytes.AreEqual(written, initiation);

            server.StartResponder(prologue, control);
            await Assert.That(server.ReadMessage(initiation, default)).IsTrue();
            await Bytes.AreEqual(server.RemoteStatic.ToArray(), vector.Hex("machine_public"));
            written = new byte[response.Length];
            await Assert.That(server.WriteMessage(vector.Hex("control_ephemeral_private"), default, written)).IsTrue();
            await Bytes.AreEqual(written, response);

            await Assert.That(client.ReadMessage(response, default)).IsTrue();
            await Bytes.AreEqual(client.Hash.ToArray(), vector.Hex("handshake_hash"));
            await Bytes.AreEqual(server.Hash.ToArray(), vector.Hex("handshake_hash"));
            await IsSplitInto(client, vector.Hex("client_tx_key"), vector.Hex("client_rx_key"));
            await IsSplitInto(server, vector.Hex("client_rx_key"), vector.Hex("client_tx_key"));
        }
    }

    [Test]
    public async Task A_damaged_first_message_is_refused_as_the_control_server_refuses_it()
    {
        foreach (JsonElement vector in Vectors.All("noise_ts2021/negative.json").Where(v => v.Text("kind") == "initiation_to_server"))
        {
            byte[] packet = vector.Hex("packet");
            // Header and length are the control channel's affair.
            if (packet.Length != 101 || packet[2] != 1)
                continue;
            using var control = new X25519KeyPair(vector.Hex("control_private"));
            using var server = new NoiseHandshake(NoiseProtocol.IK);
            server.StartResponder([.. "Tailscale Control Protocol v"u8, .. System.Text.Encoding.ASCII.GetBytes($"{packet[0] << 8 | packet[1]}")], control);
            if (packet[3..5] is not [0, 96])
                continue;
            await Assert.That(server.ReadMessage(packet.AsSpan(5), default)).IsEqualTo(vector.Flag("accepted"));
        }
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task WireGuards_as_wireguard_go_performs_it(bool isStaticSharedKnown)
    {
        foreach (JsonElement vector in Vectors.All("wireguard/handshakes.json"))
        {
            // Whitepaper section 5.4: type and indices before Noise's part, the two macs behind it.
            byte[] initiation = vector.Hex("initiation")[8..116];
            byte[] response = vector.Hex("response")[12..60];
            byte[] timestamp = vector.Hex("tai64n");
            using var ours = new X25519KeyPair(vector.Hex("initiator_private"));
            using var theirs = new X25519KeyPair(vector.Hex("responder_private"));
            byte[] shared = new byte[32];
            ours.Agree(theirs.PublicKey, shared);
            using var initiator = new NoiseHandshake(NoiseProtocol.IKpsk2);
            using var responder = new NoiseHandshake(NoiseProtocol.IKpsk2);

            initiator.StartInitiator("WireGuard v1 zx2c4 Jason@zx2c4.com"u8, ours, theirs.PublicKey);
            initiator.SetPresharedKey(vector.Hex("preshared_key"));
            if (isStaticSharedKnown)
                initiator.SetStaticShared(shared);
            byte[] written = new byte[initiation.Length];
            await Assert.That(initiator.WriteMessage(vector.Hex("initiator_ephemeral_private"), timestamp, written)).IsTrue();
            await Bytes.AreEqual(written, initiation);
            await Bytes.AreEqual(initiator.Hash.ToArray(), vector.Hex("hash_after_initiation"));
            await Bytes.AreEqual(initiator.ChainingKey.ToArray(), vector.Hex("chaining_key_after_initiation"));

            responder.StartResponder("WireGuard v1 zx2c4 Jason@zx2c4.com"u8, theirs);
            await Assert.That(responder.ReadStatic(initiation)).IsTrue();
            await Bytes.AreEqual(responder.RemoteStatic.ToArray(), vector.Hex("initiator_public"));
            if (isStaticSharedKnown)
                responder.SetStaticShared(shared);
            byte[] payload = new byte[12];
            await Assert.That(responder.ReadMessage(initiation, payload)).IsTrue();
            await Bytes.AreEqual(payload, timestamp);
            responder.SetPresharedKey(vector.Hex("preshared_key"));
            written = new byte[response.Length];
            await Assert.That(responder.WriteMessage(vector.Hex("responder_ephemeral_private"), default, written)).IsTrue();
            await Bytes.AreEqual(written, response);

            await Assert.That(initiator.ReadMessage(response, default)).IsTrue();
            await Bytes.AreEqual(initiator.Hash.ToArray(), vector.Hex("hash_after_response"));
            await Bytes.AreEqual(initiator.ChainingKey.ToArray(), vector.Hex("chaining_key_after_response"));
            await IsSplitInto(initiator, vector.Hex("initiator_send_key"), vector.Hex("initiator_receive_key"));
            await IsSplitInto(responder, vector.Hex("initiator_receive_key"), vector.Hex("initiator_send_key"));
        }
    }

    private static async Task IsSplitInto(NoiseHandshake handshake, byte[] send, byte[] receive)
    {
        byte[] actualSend = new byte[32], actualReceive = new byte[32];
        await Assert.That(handshake.IsComplete).IsTrue();
        handshake.Split(actualSend, actualReceive);
        await Bytes.AreEqual(actualSend, send);
        await Bytes.AreEqual(actualReceive, receive);
        await Assert.That(handshake.IsComplete).IsFalse();
    }
}
