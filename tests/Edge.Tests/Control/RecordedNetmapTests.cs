using System.Text;
using System.Text.Json.Nodes;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Control;
using Edge.Protocols.Control.Frames;
using Edge.Protocols.Control.Json;

namespace Edge.Tests.Control;

/// <summary>Map streams that real servers sent and a real client consumed: after each message our netmap is the recorded one.</summary>
public sealed class RecordedNetmapTests
{
    private static readonly string s_folder = Repository.PathOf("tests", "vectors", "control_json");

    [Test]
    [Arguments("headscale/laptop-alice")]
    [Arguments("headscale/desk-bob-after-restart")]
    [Arguments("headscale/srv-tagged-router")]
    [Arguments("headscale/ci-ephemeral")]
    [Arguments("testcontrol/one")]
    [Arguments("testcontrol/two-after-restart")]
    public async Task Each_message_of_a_recorded_stream_leads_to_the_recorded_netmap(string session)
    {
        var folder = Path.Combine(s_folder, session);
        var entries = Json(folder, "sequence.json")["entries"]!.AsArray();
        var (reader, state, count) = (new ControlJsonReader(), new NetmapState(), 0);
        using var decompressor = new MapDecompressor(new());
        foreach (var entry in entries)
        {
            if (entry!["starts_session"] is not null)
                state.BeginStream();
            if (entry["kind"]!.GetValue<string>() is not "map_response") continue;
            var bytes = await File.ReadAllBytesAsync(Path.Combine(folder, entry["file"]!.GetValue<string>()));
            if (entry["frame_file"]?.GetValue<string>() is { } frame)
                await Assert.That(Unfold(decompressor, await File.ReadAllBytesAsync(Path.Combine(folder, frame)))).IsEqualTo(Encoding.UTF8.GetString(bytes));
            var map = Apply(reader, state, bytes, Time(entry["at"]!.GetValue<string>()));
            count++;
            if (entry["netmap_file"]?.GetValue<string>() is not { } netmap) continue;
            await SameAs(map, Json(folder, netmap), $"{session}, {netmap}");
        }
        await Assert.That(count).IsGreaterThan(1);
    }

    [Test]
    [Arguments("peers-added-changed-removed")]
    [Arguments("patches")]
    [Arguments("online-and-last-seen")]
    [Arguments("packet-filters")]
    [Arguments("derp-map")]
    [Arguments("self-node-and-others")]
    [Arguments("legacy-and-odd-nodes")]
    [Arguments("random-walk-0")]
    [Arguments("random-walk-1")]
    [Arguments("random-walk-2")]
    [Arguments("random-walk-3")]
    [Arguments("random-walk-4")]
    [Arguments("random-walk-5")]
    public async Task Each_step_of_a_synthetic_sequence_leads_to_the_real_clients_netmap(string name)
    {
        var file = Json(s_folder, Path.Combine("synthetic", name + ".json"));
        var (reader, state) = (new ControlJsonReader(), new NetmapState());
        foreach (var step in file["steps"]!.AsArray())
        {
            var bytes = Encoding.UTF8.GetBytes(step!["map_response"]!.ToJsonString());
            var what = $"{name}: {step["step"]}";
            if (step["error"] is { } error)
            {
                await Assert.That(reader.TryReadMap(bytes, out _, out var fault)).IsFalse().Because($"{what}: {error}");
                await Assert.That(fault).IsNotNull();
                continue;
            }
            var map = Apply(reader, state, bytes, Time(file["clock_at_first_step"]!.GetValue<string>()));
            await SameAs(map, step["netmap"]!, what);
        }
    }

    [Test]
    public async Task A_message_before_the_first_full_one_is_not_taken()
    {
        await Assert.That(new ControlJsonReader().TryReadMap("{\"Domain\":\"x\"}"u8, out var message, out _)).IsTrue();
        await Assert.That(new NetmapState().Apply(message!, default)).IsNull();
    }

    [Test]
    public async Task A_full_list_that_repeats_what_is_known_changes_no_peer()
    {
        var folder = Path.Combine(s_folder, "synthetic");
        var full = Encoding.UTF8.GetBytes(Json(folder, "random-walk-0.json")["steps"]![0]!["map_response"]!.ToJsonString());
        var (reader, state) = (new ControlJsonReader(), new NetmapState());
        var before = Apply(reader, state, full, default)!;
        state.BeginStream();
        var after = Apply(reader, state, full, default)!;
        var changes = new List<PeerChange>();
        after.CollectChanges(before, changes);
        await Assert.That(changes).IsEmpty();
        await Assert.That(after.Peers.All(pair => ReferenceEquals(pair.Value, before.FindPeer(pair.Key)))).IsTrue();
        await Assert.That(ReferenceEquals(after.Self, before.Self)).IsTrue();
    }

    private static NetworkMap? Apply(ControlJsonReader reader, NetmapState state, byte[] bytes, UtcTime now) =>
        reader.TryReadMap(bytes, out var message, out var fault)
            ? message.IsKeepAlive ? state.Current : state.Apply(message, now)
            : throw new InvalidDataException(fault);

    private static async Task SameAs(NetworkMap? map, JsonNode recorded, string what)
    {
        var (ours, theirs) = (NetmapJson.Of(map!), NetmapJson.OfRecorded(recorded));
        if (!JsonNode.DeepEquals(ours, theirs))
            await Assert.That(ours!.ToJsonString()).IsEqualTo(theirs!.ToJsonString()).Because(what);
        foreach (var (_, peer) in map!.Peers)
            await Assert.That(map.FindPeer(peer.Id)).IsEqualTo(peer);
    }

    private static string Unfold(MapDecompressor decompressor, byte[] frame)
    {
        var frames = new MapFrameReader(new());
        frames.Append(frame);
        return frames.TryRead(out var body) == MapFrameVerdict.Frame && frames.Held == 0 && decompressor.TryUnfold(body.Span, out var message, out _)
            ? Encoding.UTF8.GetString(message)
            : "no frame";
    }

    private static JsonNode Json(string folder, string file) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, file)))!;

    private static UtcTime Time(string text) => UtcTime.TryParse(Encoding.ASCII.GetBytes(text), out var time) ? time : throw new FormatException(text);
}
