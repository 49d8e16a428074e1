using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Edge.Foundation.Netmap;
using Edge.Protocols.Control;
using Edge.Protocols.Control.Json;

namespace Edge.Bench;

/// <summary>
/// The netmap in this process: loading a full map of many peers beside parsing its JSON alone (the platform's JsonDocument, which makes no object
/// of it), what a peer holds, and what one change costs, from its JSON to the list of what is new, in a small network and in large ones.
/// </summary>
internal static class NetmapBenchmark
{
    private const double LoadGoal = 2;
    private const double DeltaGoal = 2;

    /// <summary>Bytes.</summary>
    private const int MemoryGoal = 4096;

    private const int Deltas = 2000;

    private static readonly int[] s_sizes = [10, 10_000, 100_000];

    public static bool Run(int runs)
    {
        runs = Math.Clamp(runs, 3, 10);
        Console.WriteLine($"one core, best of {runs} runs");
        Console.WriteLine($"  {"peers",8} {"JSON, MB",9} {"load, ms",9} {"parse, ms",10} {"tokens, ms",11} {"load/parse",11} {"B a peer",9} {"patch, us",10} {"node, us",9}");
        var rows = new List<Row>();
        foreach (var size in s_sizes)
        {
            var row = Measure(size, runs);
            rows.Add(row);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {size,8} {row.Bytes / 1e6,9:0.00} {row.Load,9:0.00} {row.Parse,10:0.00} {row.Tokens,11:0.00} {row.Load / row.Parse,11:0.00} {row.BytesPerPeer,9} {row.Patch,10:0.00} {row.Node,9:0.00}"));
        }
        var met = true;
        foreach (var row in rows.Skip(1))
            met &= row.Load <= LoadGoal * row.Parse & row.BytesPerPeer <= MemoryGoal;
        met &= rows[^1].Patch <= DeltaGoal * rows[0].Patch & rows[^1].Node <= DeltaGoal * rows[0].Node;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  one change at {s_sizes[^1]} peers costs {rows[^1].Patch / rows[0].Patch:0.00} (patch) and {rows[^1].Node / rows[0].Node:0.00} (whole node) of that at {s_sizes[0]}; {(met ? "all goals met" : "a goal is missed")}"));
        return met;
    }

    private static Row Measure(int size, int runs)
    {
        var json = FullMap(size);
        var row = new Row(json.Length, double.MaxValue, double.MaxValue, double.MaxValue, 0, double.MaxValue, double.MaxValue);
        for (var run = 0; run < runs; run++)
        {
            row = row with
            {
                Parse = Math.Min(row.Parse, Milliseconds(() => JsonDocument.Parse(json.AsMemory()).Dispose())),
                Tokens = Math.Min(row.Tokens, Milliseconds(() => CountTokens(json))),
                Load = Math.Min(row.Load, Milliseconds(() => Load(json, out _))),
            };
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var state = Load(json, out var reader);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        for (var run = 0; run < runs; run++)
        {
            row = row with
            {
                Patch = Math.Min(row.Patch, Microseconds(reader, state, i => Patch(Id(i, size), i))),
                Node = Math.Min(row.Node, Microseconds(reader, state, i => $"{{\"PeersChanged\":[{Peer(Id(i, size), $"renamed-{run}-{i}")}]}}")),
            };
        }
        GC.KeepAlive(state);
        return row with { BytesPerPeer = held / size };
    }

    private static int Id(int i, int size) => 2 + (int)(i * 7919L % size);

    private static double Milliseconds(Action action)
    {
        GC.Collect();
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>For one of many messages: read, applied, and what is new collected.</summary>
    private static double Microseconds(ControlJsonReader reader, NetmapState state, Func<int, string> message)
    {
        var messages = Enumerable.Range(0, Deltas).Select(i => Encoding.UTF8.GetBytes(message(i))).ToArray();
        var changes = new List<PeerChange>();
        GC.Collect();
        var start = Stopwatch.GetTimestamp();
        foreach (var json in messages)
        {
            var before = state.Current;
            if (!reader.TryReadMap(json, out var response, out var fault)) throw new InvalidDataException(fault);
            changes.Clear();
            state.Apply(response, default)!.CollectChanges(before, changes);
            if (changes.Count != 1) throw new InvalidDataException($"{changes.Count} changes of one peer");
        }
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / Deltas;
    }

    private static NetmapState Load(byte[] json, out ControlJsonReader reader)
    {
        reader = new();
        var state = new NetmapState();
        if (!reader.TryReadMap(json, out var response, out var fault)) throw new InvalidDataException(fault);
        state.Apply(response, default);
        return state;
    }

    private static void CountTokens(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
        }
    }

    private static byte[] FullMap(int size)
    {
        var json = new StringBuilder();
        json.Append("{\"Node\":").Append(Peer(1, "me")).Append(",\"Domain\":\"example.com\",\"Peers\":[");
        for (var id = 2; id < size + 2; id++)
            json.Append(id > 2 ? "," : "").Append(Peer(id, $"host-{id}"));
        return Encoding.UTF8.GetBytes(json.Append("]}").ToString());
    }

    private static string Patch(int id, int i) =>
        $$"""{"PeersChangedPatch":[{"NodeID":{{id}},"DERPRegion":{{1 + i % 9}},"Endpoints":["198.51.100.7:{{1000 + i}}","10.0.0.{{i % 250}}:41641"],"LastSeen":"2026-11-23T01:03:{{i % 60:00}}Z"}]}""";

    /// <summary>A node as Headscale sends one (tests/vectors/control_json), with keys, addresses and names of its own.</summary>
    private static string Peer(int id, string name)
    {
        var random = new Random(id);
        var v4 = $"100.{64 + (id >> 16)}.{(id >> 8) & 255}.{id & 255}";
        return $$$"""{"ID":{{{id}}},"StableID":"n{{{id}}}CNTRL","Name":"{{{name}}}.example.com.","User":{{{1 + id % 50}}},"Key":"nodekey:{{{Hex(random)}}}","KeyExpiry":"2027-05-23T01:03:44Z","Machine":"mkey:{{{Hex(random)}}}","DiscoKey":"discokey:{{{Hex(random)}}}","Addresses":["{{{v4}}}/32","fd7a:115c:a1e0::{{{id >> 16:x}}}:{{{id & 0xffff:x}}}/128"],"AllowedIPs":["{{{v4}}}/32","fd7a:115c:a1e0::{{{id >> 16:x}}}:{{{id & 0xffff:x}}}/128"],"Endpoints":["203.0.113.{{{id % 250}}}:41641","10.98.{{{(id >> 8) & 255}}}.{{{id & 255}}}:41641"],"HomeDERP":{{{1 + id % 20}}},"Hostinfo":{"IPNVersion":"1.96.5-t88200dbb4","OS":"linux","OSVersion":"6.18.44","Container":true,"Distro":"debian","DistroVersion":"12.11","DistroCodeName":"bookworm","Desktop":false,"Hostname":"{{{name}}}","Machine":"x86_64","GoArch":"amd64","GoArchVar":"v1","GoVersion":"go1.26.10","Services":[{"Proto":"peerapi4","Port":58436},{"Proto":"peerapi6","Port":58436},{"Proto":"peerapi-dns-proxy","Port":1}],"NetInfo":{"WorkingIPv6":false,"OSHasIPv6":true,"WorkingUDP":true,"PreferredDERP":{{{1 + id % 20}}},"DERPLatency":{"900-v4":0.00226}},"Userspace":true,"StateEncrypted":false},"Created":"2026-11-23T01:03:44.18179041Z","Cap":133,"Online":true,"MachineAuthorized":true,"CapMap":{"https://tailscale.com/cap/file-sharing":[],"https://tailscale.com/cap/ssh":[]}}""";
    }

    private static string Hex(Random random)
    {
        Span<byte> key = stackalloc byte[32];
        random.NextBytes(key);
        return Convert.ToHexStringLower(key);
    }

    private sealed record Row(int Bytes, double Load, double Parse, double Tokens, long BytesPerPeer, double Patch, double Node);
}
