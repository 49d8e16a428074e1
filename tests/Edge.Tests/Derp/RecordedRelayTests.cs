using System.Net;
using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Protocols.Derp;
using Edge.Tests.Wire;

namespace Edge.Tests.Derp;

/// <summary>The relay beside the stock one: byte for byte what that one sent, and when it hung up.</summary>
public sealed class RecordedRelayTests
{
    private static readonly Timestamp s_now = new(1_000_000_000);

    [Test]
    [Arguments(int.MaxValue)]
    [Arguments(1)]
    [Arguments(61)]
    public async Task Streams_of_a_client_get_the_frames_and_the_end_that_the_stock_relay_gave(int piece)
    {
        var cases = Vectors.Json("derp", "server_verdicts.json").EnumerateArray().ToList();
        foreach (var recorded in cases)
        {
            using var key = new PrivateKey(recorded.Hex("server_private"));
            _ = MeshKey.TryParse(recorded.Text("mesh_key"), out var mesh);
            var expected = recorded.GetProperty("server_frames").EnumerateArray().ToList();
            var entropy = new ScriptedEntropy();
            foreach (var frame in expected.Where(frame => frame.Text("name") == "ServerInfo"))
                entropy.Add(frame.Hex("nonce"));
            var relay = new DerpRelay(s_now, new RelayOptions { Key = key, Mesh = mesh }, entropy);
            var client = relay.Accept(s_now, Remote("192.0.2.7:777"), isNotIdeal: false);
            var sent = Written(relay, client);
            var stream = recorded.Hex("client_bytes");
            for (var at = 0; at < stream.Length && client.State != RelayClientState.Closed;)
            {
                var length = Math.Min(piece, stream.Length - at);
                at += relay.Handle(s_now, client, stream.AsSpan(at, length));
            }
            sent.AddRange(Written(relay, client));
            await Assert.That(Ordered(sent)).IsEqualTo(Ordered(expected.Select(frame => frame.Text("frame")))).Because(recorded.Text("why"));
            await Assert.That(client.State == RelayClientState.Closed).IsEqualTo(recorded.GetProperty("server_closed_the_connection").GetBoolean()).Because(recorded.Text("why"));
        }
        await Assert.That(cases.Count).IsGreaterThanOrEqualTo(20);
    }

    // The stock relay starts a goroutine for each PeerGone: which of several comes first is chance.
    private static string Ordered(IEnumerable<string> frames)
    {
        var list = frames.ToList();
        return string.Join('\n', list.Where(frame => !IsGone(frame)).Concat(list.Where(IsGone).Order(StringComparer.Ordinal)));

        static bool IsGone(string frame) => frame.StartsWith("08", StringComparison.Ordinal);
    }

    [Test]
    public async Task Whole_sessions_run_as_with_the_stock_relay()
    {
        var sessions = Vectors.Json("derp", "sessions.json").EnumerateArray().ToList();
        foreach (var session in sessions)
            await Assert.That(Replay(session)).IsEqualTo("").Because(session.Text("name"));
        await Assert.That(sessions.Count).IsGreaterThanOrEqualTo(15);
    }

    /// <summary>
    /// A recording has each client's frames in its own order, and not who was first of all. All log in, one after the other; then of those
    /// that may speak the last one speaks, and when none may, the last one that is done hangs up.
    /// </summary>
    /// <returns>What differs.</returns>
    private static string Replay(JsonElement session)
    {
        using var key = new PrivateKey(session.Hex("server_private"));
        var mesh = session.Has("mesh_key") && MeshKey.TryParse(session.Text("mesh_key"), out var parsed) ? parsed : null;
        var entropy = new ScriptedEntropy();
        var relay = new DerpRelay(s_now, new RelayOptions { Key = key, Mesh = mesh }, entropy);
        var sides = new List<Side>();
        foreach (var recorded in session.GetProperty("clients").EnumerateArray())
        {
            entropy.Add(recorded.GetProperty("frames").EnumerateArray().First(frame => frame.Text("name") == "ServerInfo").Hex("nonce"));
            var side = new Side(relay.Accept(s_now, Remote(recorded.Text("remote_addr_seen_by_server")), isNotIdeal: false), [.. recorded.GetProperty("frames").EnumerateArray()]);
            sides.Add(side);
            Receive(relay, sides);
            side.Speak(relay);
            Receive(relay, sides);
        }
        while (sides.Exists(side => !side.IsDone))
        {
            if (sides.FindLast(side => side.MaySpeak) is { } speaker)
                speaker.Speak(relay);
            else if (sides.FindLast(side => side.IsDone && side.Client.State != RelayClientState.Closed) is { } done)
                relay.HandleClosed(done.Client);
            else
                break;
            Receive(relay, sides);
        }
        return string.Concat(sides.Select(side => side.Difference()));
    }

    private static void Receive(DerpRelay relay, List<Side> sides)
    {
        foreach (var side in sides)
            side.Received.AddRange(Written(relay, side.Client));
    }

    private static Endpoint Remote(string text)
    {
        var endPoint = IPEndPoint.Parse(text);
        return new Endpoint(IpAddress.Of(endPoint.Address), (ushort)endPoint.Port);
    }

    private static List<string> Written(DerpRelay relay, RelayClient client)
    {
        var frames = new List<string>();
        while (relay.Take(s_now, client) is { IsEmpty: false } bytes)
        {
            frames.AddRange(FrameText.Split(bytes.Span));
            relay.HandleWritten(client, isWritten: true);
        }
        return frames;
    }

    private sealed class Side(RelayClient client, List<JsonElement> frames)
    {
        private readonly List<(JsonElement Frame, int Before)> _toSay = [.. frames
            .Select((frame, place) => (frame, frames.Take(place).Count(IsFromServer)))
            .Where(pair => !IsFromServer(pair.frame))];

        private int _spoken;

        public RelayClient Client { get; } = client;

        public List<string> Received { get; } = [];

        public bool IsDone => _spoken == _toSay.Count && Received.Count >= frames.Count(IsFromServer);

        // What came before it in the recording has come.
        public bool MaySpeak => _spoken < _toSay.Count && Received.Count >= _toSay[_spoken].Before;

        public void Speak(DerpRelay relay) => relay.Handle(s_now, Client, _toSay[_spoken++].Frame.Hex("frame"));

        public string Difference()
        {
            var expected = frames.Where(IsFromServer).Select(frame => frame.Text("frame")).ToList();
            return expected.SequenceEqual(Received) && IsDone ? "" : $"expected\n  {string.Join("\n  ", expected)}\ngot\n  {string.Join("\n  ", Received)}\n";
        }

        private static bool IsFromServer(JsonElement frame) => frame.Text("direction") == "server_to_client";
    }
}
