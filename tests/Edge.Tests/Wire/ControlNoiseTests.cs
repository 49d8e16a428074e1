using System.Text;
using System.Text.Json;
using Edge.Foundation.Wire;

namespace Edge.Tests.Wire;

/// <summary>The frames of the control connection as Tailscale's controlbase writes and judges them.</summary>
public sealed class ControlNoiseTests
{
    [Test]
    public async Task An_initiation_names_its_protocol_version()
    {
        foreach (var handshake in Vectors.Json("noise_ts2021", "handshakes.json").EnumerateArray())
            await Assert.That(Version(handshake.Hex("initiation"))).IsEqualTo(handshake.GetProperty("version").GetInt32());

        static int Version(byte[] bytes) => ControlNoiseInitiation.TryRead(bytes, out var m) ? m.ProtocolVersion : -1;
    }

    [Test]
    public async Task Records_frame_every_plaintext_in_pieces_of_at_most_4096_bytes()
    {
        foreach (var record in Vectors.Json("noise_ts2021", "handshakes.json").EnumerateArray().SelectMany(h => h.GetProperty("records").EnumerateArray()))
            await Assert.That(Plaintexts(record.Hex("wire"))).IsEqualTo(record.Text("plaintext").Length / 2);

        static int Plaintexts(ReadOnlySpan<byte> wire)
        {
            var plaintext = 0;
            for (; !wire.IsEmpty; wire = wire[(wire.Length < 4096 ? wire.Length : 4096)..])
            {
                if (!ControlNoiseRecord.TryRead(wire, out var record) || record.Bytes.Length > ControlNoiseHeader.MostFrameBytes)
                    return -1;
                plaintext += record.Sealed.Length - 16;
            }
            return plaintext;
        }
    }

    [Test]
    public async Task Handshake_messages_of_the_wrong_form_are_refused_and_others_read()
    {
        foreach (var verdict in Vectors.Json("noise_ts2021", "negative.json").EnumerateArray().Where(v => v.Text("kind") != "records_to_client"))
        {
            var error = verdict.Has("error") ? verdict.Text("error") : "";
            var wrongForm = error.Contains("message type", StringComparison.Ordinal) || error.Contains("length", StringComparison.Ordinal)
                || error.Contains("unexpected EOF", StringComparison.Ordinal) || error.StartsWith("server error", StringComparison.Ordinal);
            var packet = verdict.Hex("packet");
            var read = verdict.Text("kind") == "initiation_to_server" ? ControlNoiseInitiation.TryRead(packet, out _) : ControlNoiseResponse.TryRead(packet, out _);
            await Assert.That(read).IsEqualTo(!wrongForm).Because($"{verdict.Text("why")}: {error}");
        }
    }

    [Test]
    public async Task An_error_frame_holds_the_text_that_the_real_client_reports()
    {
        var frames = Vectors.Json("noise_ts2021", "negative.json").EnumerateArray().Where(v => v.Text("why").EndsWith("error frame", StringComparison.Ordinal)).ToArray();
        foreach (var verdict in frames)
            await Assert.That(Error(verdict.Hex("packet"))).IsEqualTo(verdict.Text("error"));
        await Assert.That(frames).IsNotEmpty();

        static string? Error(byte[] packet) => ControlNoiseError.TryRead(packet, out var error) ? $"server error: \"{Encoding.UTF8.GetString(error.Text)}\"" : null;
    }

    [Test]
    public async Task A_record_shorter_than_a_tag_is_refused()
    {
        var shorter = Vectors.Json("noise_ts2021", "negative.json").EnumerateArray().First(v => v.Text("why") == "record of 15 bytes (shorter than a tag)");
        await Assert.That(ControlNoiseRecord.TryRead(shorter.Hex("packet"), out _)).IsFalse();
    }

    [Test]
    public async Task The_early_payload_is_the_JSON_behind_its_header()
    {
        var plaintext = Vectors.Json("pcaps", "start.expected.json").GetProperty("control_connections").EnumerateArray().Single(c => c.Has("server_plaintext")).Hex("server_plaintext");
        using var json = JsonDocument.Parse(Payload(plaintext));
        await Assert.That(json.RootElement.GetProperty("nodeKeyChallenge").GetString()!).StartsWith("chalpub:");

        static byte[] Payload(byte[] bytes) => ControlEarlyPayload.TryRead(bytes, out var header) ? bytes.AsSpan(ControlEarlyPayload.Size, (int)header.Length).ToArray() : [];
    }

    [Test]
    public async Task HTTP2_is_no_early_payload()
    {
        // An HTTP/2 SETTINGS frame, which servers without early payload send first.
        await Assert.That(ControlEarlyPayload.TryRead([0, 0, 18, 4, 0, 0, 0, 0, 0, 0, 0], out _)).IsFalse();
    }

    [Test]
    [Arguments("headscale", "laptop-alice", "063-map-response.frame.bin")]
    [Arguments("testcontrol", "two-after-restart", "007-map-response.frame.bin")]
    public async Task A_map_frame_has_its_length_in_little_endian(string server, string node, string file)
    {
        var frame = Vectors.Bytes("control_json", server, node, file);
        await Assert.That(Length(frame)).IsEqualTo(frame.Length - 4);

        static int Length(byte[] bytes) => ControlMapFrameHeader.TryRead(bytes, out var header) ? (int)header.Length : -1;
    }
}
