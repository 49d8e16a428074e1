using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Control;
using Edge.Protocols.Control.Frames;
using Edge.Protocols.Control.Json;

namespace Edge.Fuzz.Control;

/// <summary>The map stream of a hostile server: frames, zstd, JSON, and what becomes of the netmap.</summary>
internal sealed class MapStreamTarget : FuzzTarget
{
    private static readonly ControlLimits s_limits = new() { MostFrameBytes = 100_000, MostMessageBytes = 1_000_000, FreeMessageBytes = 100_000 };

    private readonly byte[] _full = Read("headscale", "laptop-alice", "006-map-response.json");

    public override string Name => "map-stream";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        Read("headscale", "laptop-alice", "007-map-response.frame.bin"),
        Read("testcontrol", "one", "016-map-response.json"),
        Read("headscale", "laptop-alice", "006-map-response.json"),
        Read("headscale", "laptop-alice", "034-map-response.json"),
        """{"PeersChangedPatch":[{"NodeID":2,"DERPRegion":1,"Endpoints":["1.2.3.4:5"],"Online":true,"LastSeen":"2026-01-01T00:00:00Z","CapMap":{"a":[1,{}]}}]}"""u8.ToArray(),
        """{"PeersRemoved":[2],"PeerSeenChange":{"2":true},"OnlineChange":{"2":false},"PacketFilters":{"*":null,"a":[{"SrcIPs":["*","cap:x","1.1.1.1-1.1.1.9"],"DstPorts":[{"IP":"::/0","Ports":{"First":0,"Last":9}}],"CapGrant":[{"Dsts":["1.1.1.1/32"],"CapMap":{"c":null}}]}]}}"""u8.ToArray(),
    ];

    public override IReadOnlyList<byte[]> Words =>
        ["null"u8.ToArray(), "[]"u8.ToArray(), "{}"u8.ToArray(), "\"ID\":"u8.ToArray(), "\"Peers\":"u8.ToArray(), "\\u0000"u8.ToArray(), "\\ud800"u8.ToArray()];

    // A session's own pool of strings and first netmap come to some 300 KB.
    public override long AllocationLimit(int inputLength) => 6_000_000 + (400L * inputLength);

    public override int Run(byte[] input)
    {
        var frames = new MapFrameReader(s_limits);
        using var decompressor = new MapDecompressor(s_limits);
        var reader = new ControlJsonReader();
        var state = new NetmapState();
        if (!reader.TryReadMap(_full, out var first, out _) || state.Apply(first, default) is null)
            throw new InvalidOperationException("the recorded message is refused");

        var outcome = Take(reader, state, input);
        var half = input.Length / 2;
        foreach (var part in new[] { input.AsMemory(0, half), input.AsMemory(half) })
        {
            frames.Append(part.Span);
            while (frames.TryRead(out var frame) == MapFrameVerdict.Frame)
            {
                var isUnfolded = decompressor.TryUnfold(frame.Span, out var message, out var fault);
                Check(isUnfolded == fault is null, "What does not unfold has a reason.");
                Check(message.Length <= s_limits.MostMessageBytes, "The limit holds.");
                outcome = HashCode.Combine(outcome, isUnfolded, isUnfolded ? Take(reader, state, message) : 0);
            }
        }
        return outcome;
    }

    private static int Take(ControlJsonReader reader, NetmapState state, ReadOnlySpan<byte> json)
    {
        if (!reader.TryReadMap(json, out var message, out var fault))
        {
            Check(fault is not null, "What is refused has a reason.");
            return 1;
        }
        var before = state.Current!;
        var peers = before.Peers.Count;
        var after = state.Apply(message, new UtcTime(63_900_000_000, 0))!;
        Check(before.Peers.Count == peers, "A snapshot stays as it was.");
        foreach (var (id, peer) in after.Peers)
            Check(peer.Id == id && after.FindPeer(peer.Key) is not null, "A peer is found by its number and its key.");
        var changes = new List<PeerChange>();
        after.CollectChanges(before, changes);
        return HashCode.Combine(2, Math.Min(changes.Count, 3), after.Filter.Count, after.Relays.Regions.Count, after.Messages.Count);
    }

    private static byte[] Read(params string[] path) => File.ReadAllBytes(Path.Combine([Checkout.Root, "tests", "vectors", "control_json", .. path]));
}
