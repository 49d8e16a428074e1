using System.Text.Json;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;
using Edge.Protocols.Derp;
using Edge.Tests.Wire;

namespace Edge.Tests.Derp;

/// <summary>The client beside the stock one: what that one made of streams, and what it wrote.</summary>
public sealed class RecordedClientTests
{
    private static readonly Timestamp s_now = new(1_000_000_000);

    [Test]
    [Arguments(int.MaxValue)]
    [Arguments(1)]
    [Arguments(7)]
    public async Task Streams_give_the_messages_and_the_end_that_the_stock_client_had(int piece)
    {
        var cases = Vectors.Json("derp", "client_receive.json").EnumerateArray().ToList();
        foreach (var recorded in cases)
        {
            var isGreeting = recorded.Has("accepted");
            using var key = new PrivateKey(recorded.Has("client_private") ? recorded.Hex("client_private") : new byte[32]);
            PublicKey? server = isGreeting ? null : recorded.Has("server_public") ? new PublicKey(recorded.Hex("server_public")) : new PublicKey("a server that nobody ever heard of"u8[..32]);
            var client = new DerpClient(s_now, new DerpClientOptions { Key = key, Server = server }, new ScriptedEntropy());
            var messages = Read(client, recorded.Hex("bytes"), piece);

            var why = $"{recorded.Text("why")}: {Convert.ToHexString(recorded.Hex("bytes").AsSpan(0, Math.Min(60, recorded.Hex("bytes").Length)))}";
            if (isGreeting)
            {
                await Assert.That(client.Fault == DerpClientFault.None).IsEqualTo(recorded.GetProperty("accepted").GetBoolean()).Because(why);
                if (client.Fault == DerpClientFault.None)
                    await Assert.That(client.Server).IsEqualTo(new PublicKey(recorded.Hex("server_public"))).Because(why);
                continue;
            }
            var expected = recorded.Has("messages") ? recorded.GetProperty("messages").EnumerateArray().Select(Expected) : [];
            await Assert.That(string.Join('\n', messages)).IsEqualTo(string.Join('\n', expected)).Because(why);
            var hasEnded = recorded.Has("end_error") && !recorded.Text("end_error").EndsWith("EOF", StringComparison.Ordinal);
            await Assert.That(client.Fault != DerpClientFault.None).IsEqualTo(hasEnded).Because(why);
        }
        await Assert.That(cases.Count).IsGreaterThanOrEqualTo(30);
    }

    [Test]
    public async Task Whole_sessions_are_written_and_read_as_the_stock_client_did()
    {
        var sessions = Vectors.Json("derp", "sessions.json").EnumerateArray().ToList();
        foreach (var session in sessions)
        {
            foreach (var recorded in session.GetProperty("clients").EnumerateArray())
                await Replay(session, recorded);
        }
        await Assert.That(sessions.Count).IsGreaterThanOrEqualTo(15);
    }

    private static async Task Replay(JsonElement session, JsonElement recorded)
    {
        var hello = recorded.GetProperty("frames").EnumerateArray().Single(frame => frame.Text("name") == "ClientInfo");
        using var json = JsonDocument.Parse(hello.Text("json"));
        using var key = new PrivateKey(recorded.Hex("private"));
        using var mesh = json.RootElement.TryGetProperty("meshKey", out var meshKey) && MeshKey.TryParse(meshKey.GetString(), out var parsed) ? parsed : null;
        var entropy = new ScriptedEntropy();
        entropy.Add(hello.Hex("nonce"));
        var client = new DerpClient(s_now, new DerpClientOptions
        {
            Key = key,
            // Who knows the server's key says hello first.
            Server = recorded.GetProperty("frames")[0].Text("name") == "ClientInfo" ? new PublicKey(session.Hex("server_public")) : null,
            Mesh = mesh,
            CanAckPings = json.RootElement.GetProperty("CanAckPings").GetBoolean(),
            IsProber = json.RootElement.TryGetProperty("IsProber", out var prober) && prober.GetBoolean(),
        }, entropy);

        var (written, messages, expected) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var frame in recorded.GetProperty("frames").EnumerateArray())
        {
            if (frame.Text("direction") == "client_to_server")
            {
                Do(client, frame);
                written.AddRange(Written(client));
                await Assert.That(written.LastOrDefault()).IsEqualTo(frame.Text("frame")).Because($"{session.Text("name")}: {frame.Text("name")}");
                continue;
            }
            messages.AddRange(Read(client, frame.Hex("frame"), int.MaxValue));
            if (Expect(frame) is { } message)
                expected.Add(message);
        }
        await Assert.That(string.Join('\n', messages)).IsEqualTo(string.Join('\n', expected));
        await Assert.That(client.Fault).IsEqualTo(DerpClientFault.None);
    }

    private static void Do(DerpClient client, JsonElement frame)
    {
        switch (frame.Text("name"))
        {
            case "SendPacket":
                client.Send(s_now, new PublicKey(frame.Hex("dst")), frame.Hex("packet"));
                break;
            case "ForwardPacket":
                client.Forward(new PublicKey(frame.Hex("src")), new PublicKey(frame.Hex("dst")), frame.Hex("packet"));
                break;
            case "NotePreferred":
                client.NotePreferred(frame.GetProperty("preferred").GetBoolean());
                break;
            case "Ping":
                client.Ping(frame.Hex("data"));
                break;
            case "Pong":
                // The recorded client was made to say so; ours says it when it is asked.
                Read(client, FrameText.Frame(DerpFrameType.Ping, frame.Hex("data")), int.MaxValue);
                break;
            case "WatchConns":
                client.WatchConnections();
                break;
            case "ClosePeer":
                client.ClosePeer(new PublicKey(frame.Hex("peer")));
                break;
        }
    }

    private static List<string> Written(DerpClient client)
    {
        var frames = new List<string>();
        while (client.Poll() is { IsEmpty: false } bytes)
        {
            frames.AddRange(FrameText.Split(bytes.Span));
            client.Written();
        }
        return frames;
    }

    private static List<string> Read(DerpClient client, byte[] stream, int piece)
    {
        var messages = new List<string>();
        for (var at = 0; at < stream.Length; at += Math.Min(piece, stream.Length - at))
        {
            ReadOnlySpan<byte> bytes = stream.AsSpan(at, Math.Min(piece, stream.Length - at));
            while (client.Handle(s_now, ref bytes, out var message))
                messages.Add(FrameText.Of(message));
        }
        return messages;
    }

    private static string Expected(JsonElement message)
    {
        var type = message.Text("type");
        return type switch
        {
            "ServerInfo" => $"{type} {message.GetProperty("bytes_per_second").GetInt32()} {message.GetProperty("burst").GetInt32()}",
            "RecvPacket" => $"{type} {message.Text("src")} {message.Text("packet")}",
            "PeerGone" => $"{type} {message.Text("peer")} {message.GetProperty("reason").GetInt32()}",
            "PeerPresent" => $"{type} {message.Text("peer")} {(message.Has("addr") ? System.Net.IPEndPoint.Parse(message.Text("addr")) : "")} {message.GetProperty("flags").GetInt32()}",
            "Health" => $"{type} {message.Text("problem")}",
            "Restarting" => $"{type} {message.GetProperty("reconnect_in_ms").GetInt32()} {message.GetProperty("try_for_ms").GetInt32()}",
            "KeepAlive" => type,
            _ => $"{type} {message.Text("data")}",
        };
    }

    private static string? Expect(JsonElement frame) => frame.Text("name") switch
    {
        "ServerKey" => null,
        "ServerInfo" => "ServerInfo 0 0",
        "RecvPacket" => $"RecvPacket {frame.Text("src")} {frame.Text("packet")}",
        "PeerGone" => $"PeerGone {frame.Text("peer")} {frame.GetProperty("reason").GetInt32()}",
        "PeerPresent" => $"PeerPresent {frame.Text("peer")} {frame.Text("addr")} {frame.GetProperty("flags").GetInt32()}",
        var name => $"{name} {frame.Text("data")}",
    };
}
