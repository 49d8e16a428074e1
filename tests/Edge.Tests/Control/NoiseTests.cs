using System.Text.Json;
using Edge.Crypto;
using Edge.Foundation.Keys;
using Edge.Foundation.Wire;
using Edge.Protocols.Control.Noise;
using Edge.Tests.Wire;

namespace Edge.Tests.Control;

/// <summary>The control channel against the bytes of Tailscale's controlbase: both sides of each handshake, each record, each refusal.</summary>
public sealed class NoiseTests
{
    [Test]
    public async Task Every_recorded_handshake_is_reproduced_by_both_sides()
    {
        foreach (var recorded in Vectors.Json("noise_ts2021", "handshakes.json").EnumerateArray())
        {
            var (client, server) = Shake(recorded);
            using (client)
            using (server)
            {
                await Assert.That(Hex(client.HandshakeHash)).IsEqualTo(recorded.Text("handshake_hash"));
                await Assert.That(Hex(server.HandshakeHash)).IsEqualTo(recorded.Text("handshake_hash"));
                await Assert.That(Hex(client.SendKey)).IsEqualTo(recorded.Text("client_tx_key"));
                await Assert.That(Hex(client.ReceiveKey)).IsEqualTo(recorded.Text("client_rx_key"));
                await Assert.That(Hex(server.SendKey)).IsEqualTo(recorded.Text("client_rx_key"));
                await Assert.That(Hex(server.ReceiveKey)).IsEqualTo(recorded.Text("client_tx_key"));
            }
        }
    }

    [Test]
    public async Task Every_recorded_record_is_sealed_to_the_same_bytes_and_opened_by_the_other_side()
    {
        var count = 0;
        foreach (var recorded in Vectors.Json("noise_ts2021", "handshakes.json").EnumerateArray())
        {
            var (client, server) = Shake(recorded);
            using (client)
            using (server)
            {
                foreach (var record in recorded.GetProperty("records").EnumerateArray())
                {
                    var (from, to) = record.Text("direction") == "client_to_server" ? (client, server) : (server, client);
                    var plaintext = record.Hex("plaintext");
                    var wire = SealAll(from, plaintext);
                    await Assert.That(Hex(wire)).IsEqualTo(record.Text("wire"));
                    await Assert.That(Hex(OpenAll(to, wire, out var verdict))).IsEqualTo(record.Text("plaintext"));
                    await Assert.That(verdict).IsEqualTo(ControlOpenVerdict.NeedMore);
                    count++;
                }
            }
        }
        await Assert.That(count).IsGreaterThan(200);
    }

    [Test]
    public async Task An_initiation_is_judged_as_the_real_server_judges_it()
    {
        foreach (var verdict in Negatives("initiation_to_server"))
        {
            using var key = KeyPair(verdict, "control_private");
            using var responder = new ControlResponder(key);
            var result = responder.ReadInitiation(verdict.Hex("packet"));
            var error = verdict.Has("error") ? verdict.Text("error") : "";
            await Assert.That(result).IsEqualTo(
                verdict.GetProperty("accepted").GetBoolean() ? ControlHandshakeVerdict.Complete
                : error.Contains("message type", StringComparison.Ordinal) ? ControlHandshakeVerdict.WrongType
                : error.Contains("initiation length", StringComparison.Ordinal) ? ControlHandshakeVerdict.WrongLength
                : error.Contains("EOF", StringComparison.Ordinal) ? ControlHandshakeVerdict.NeedMore
                : ControlHandshakeVerdict.NotGenuine).Because($"{verdict.Text("why")}: {error}");
        }
    }

    [Test]
    public async Task A_response_is_judged_as_the_real_client_judges_it()
    {
        foreach (var verdict in Negatives("response_to_client"))
        {
            using var key = KeyPair(verdict, "machine_private");
            using var initiator = Initiator(verdict, key, verdict.GetProperty("version").GetInt32());
            var result = initiator.ReadResponse(verdict.Hex("packet"), out var consumed, out var channel, out var refusal);
            using var _ = channel;
            var error = verdict.Has("error") ? verdict.Text("error") : "";
            await Assert.That(result).IsEqualTo(
                verdict.GetProperty("accepted").GetBoolean() ? ControlHandshakeVerdict.Complete
                : error.Contains("message type", StringComparison.Ordinal) ? ControlHandshakeVerdict.WrongType
                : error.Contains("wrong length", StringComparison.Ordinal) ? ControlHandshakeVerdict.WrongLength
                : error.Contains("EOF", StringComparison.Ordinal) ? ControlHandshakeVerdict.NeedMore
                : error.StartsWith("server error", StringComparison.Ordinal) ? ControlHandshakeVerdict.Refused
                : ControlHandshakeVerdict.NotGenuine).Because($"{verdict.Text("why")}: {error}");
            await Assert.That(channel is not null).IsEqualTo(result == ControlHandshakeVerdict.Complete);
            await Assert.That(consumed).IsEqualTo(channel is null ? 0 : ControlNoiseResponse.Size);
            if (result == ControlHandshakeVerdict.Refused)
                await Assert.That($"server error: \"{refusal}\"").IsEqualTo(error);
        }
    }

    [Test]
    public async Task Records_are_opened_as_far_as_the_real_client_opens_them()
    {
        foreach (var verdict in Negatives("records_to_client"))
        {
            using var key = KeyPair(verdict, "machine_private");
            using var initiator = Initiator(verdict, key, verdict.GetProperty("version").GetInt32());
            initiator.ReadResponse(verdict.Hex("response"), out _, out var channel, out _);
            using var open = channel!;
            var plaintext = OpenAll(open, verdict.Hex("packet"), out var end);
            await Assert.That(Hex(plaintext)).IsEqualTo(verdict.Text("plaintext_before_error")).Because(verdict.Text("why"));
            await Assert.That(end == ControlOpenVerdict.NeedMore).IsEqualTo(verdict.GetProperty("accepted").GetBoolean()).Because(verdict.Text("why"));
            if (end != ControlOpenVerdict.NeedMore)
                await Assert.That(open.Open(new byte[64], out _, out _)).IsEqualTo(end).Because("a channel that ended stays so");
        }
    }

    [Test]
    public async Task A_record_that_comes_byte_by_byte_is_opened_when_its_last_byte_is_there()
    {
        var recorded = Vectors.Json("noise_ts2021", "handshakes.json")[0];
        var (client, server) = Shake(recorded);
        using (client)
        using (server)
        {
            var wire = SealAll(client, [1, 2, 3]);
            for (var length = 0; length < wire.Length; length++)
                await Assert.That(server.Open(wire.AsSpan(0, length), out _, out _)).IsEqualTo(ControlOpenVerdict.NeedMore);
            await Assert.That(server.Open(wire, out var consumed, out var plaintext)).IsEqualTo(ControlOpenVerdict.Opened);
            await Assert.That(consumed).IsEqualTo(wire.Length);
        }
    }

    [Test]
    public async Task A_key_that_cannot_be_agreed_with_is_refused()
    {
        using var key = new X25519KeyPair(new byte[32].Select((_, i) => (byte)i).ToArray());
        using var initiator = new ControlInitiator(key, default, 130);
        await Assert.That(initiator.WriteInitiation(Enumerable.Repeat((byte)7, 32).ToArray(), new byte[ControlNoiseInitiation.Size])).IsFalse();
    }

    [Test]
    [Arguments("", "NeedMore", 0)]
    [Arguments("ffffff5453", "NeedMore", 0)]
    [Arguments("000012040000000000", "None", 0)]
    [Arguments("ffffff545300000002", "NeedMore", 0)]
    [Arguments("ffffff5453000000027b7d", "Present", 11)]
    [Arguments("ffffff5453000000027b7d0000", "Present", 11)]
    [Arguments("ffffff545300010001", "TooLong", 0)]
    public async Task The_early_payload_is_told_from_HTTP2(string hex, string expected, int size)
    {
        await Assert.That(EarlyPayload.Inspect(Convert.FromHexString(hex), out _, out var consumed).ToString()).IsEqualTo(expected);
        await Assert.That(consumed).IsEqualTo(size);
    }

    [Test]
    public async Task The_early_payloads_challenge_is_read()
    {
        var text = "chalpub:" + new string('a', 64);
        await Assert.That(EarlyPayload.TryReadChallenge(JsonSerializer.SerializeToUtf8Bytes(new { nodeKeyChallenge = text, later = 1 }), out var key)).IsTrue();
        await Assert.That(key.ToString()).IsEqualTo(text);
        await Assert.That(EarlyPayload.TryReadChallenge("{\"nodeKeyChallenge\":\"chalpub:zz\"}"u8, out _)).IsFalse();
        await Assert.That(EarlyPayload.TryReadChallenge("[]"u8, out _)).IsFalse();
    }

    internal static (ControlChannel Client, ControlChannel Server) Shake(JsonElement recorded)
    {
        using var machine = KeyPair(recorded, "machine_private");
        using var control = KeyPair(recorded, "control_private");
        using var initiator = new ControlInitiator(machine, MachineKey(recorded), (ushort)recorded.GetProperty("version").GetInt32());
        using var responder = new ControlResponder(control);
        var initiation = new byte[ControlNoiseInitiation.Size];
        var response = new byte[ControlNoiseResponse.Size];
        Require(initiator.WriteInitiation(recorded.Hex("machine_ephemeral_private"), initiation) && Hex(initiation) == recorded.Text("initiation"), "initiation");
        Require(responder.ReadInitiation(initiation) == ControlHandshakeVerdict.Complete, "reading the initiation");
        Require(responder.MachineKey.Key.Bytes.SequenceEqual(recorded.Hex("machine_public")), "the machine key");
        var server = responder.WriteResponse(recorded.Hex("control_ephemeral_private"), response);
        Require(Hex(response) == recorded.Text("response"), "response");
        Require(initiator.ReadResponse(response, out _, out var client, out _) == ControlHandshakeVerdict.Complete, "reading the response");
        return (client!, server!);
    }

    private static ControlInitiator Initiator(JsonElement verdict, X25519KeyPair key, int version)
    {
        var initiator = new ControlInitiator(key, MachineKey(verdict), (ushort)version);
        Require(initiator.WriteInitiation(verdict.Hex("machine_ephemeral_private"), new byte[ControlNoiseInitiation.Size]), "initiation");
        return initiator;
    }

    private static KeyOf<MachineKind> MachineKey(JsonElement element) => new(new PublicKey(element.Hex("control_public")));

    private static X25519KeyPair KeyPair(JsonElement element, string name) => new(element.Hex(name));

    private static IEnumerable<JsonElement> Negatives(string kind) =>
        Vectors.Json("noise_ts2021", "negative.json").EnumerateArray().Where(verdict => verdict.Text("kind") == kind);

    private static byte[] SealAll(ControlChannel channel, ReadOnlySpan<byte> plaintext)
    {
        var wire = new List<byte>();
        var frame = new byte[ControlNoiseHeader.MostFrameBytes];
        do
        {
            var piece = plaintext[..Math.Min(plaintext.Length, ControlChannel.MostPlaintext)];
            wire.AddRange(frame.AsSpan(0, channel.Seal(piece, frame)));
            plaintext = plaintext[piece.Length..];
        }
        while (!plaintext.IsEmpty);
        return [.. wire];
    }

    private static byte[] OpenAll(ControlChannel channel, byte[] wire, out ControlOpenVerdict end)
    {
        var plaintext = new List<byte>();
        var at = 0;
        while ((end = channel.Open(wire.AsSpan(at), out var consumed, out var opened)) == ControlOpenVerdict.Opened)
        {
            plaintext.AddRange(opened);
            at += consumed;
        }
        return [.. plaintext];
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static void Require(bool condition, string what)
    {
        if (!condition) throw new InvalidOperationException($"{what} is not as recorded");
    }
}
