using System.Globalization;
using Edge.Bench;
using Edge.Bench.Http;
using Edge.Bench.Relay;
using Edge.Bench.Tailnet;

// What a benchmark starts as a process of its own.
if (args.Length == 9 && args[0] == NetstackClient.Name)
    return await NetstackClient.Run(args[1..]);

// One file a benchmark; each prints its table and returns whether it met its goals.
var benchmarks = new SortedDictionary<string, (string What, Func<int, bool> Run)>(StringComparer.Ordinal)
{
    ["aead"] = ("ChaCha20-Poly1305 of packets: libcrypto, libsodium and .NET against `openssl speed`", AeadBenchmark.Run),
    ["http"] = ("`edge orb` beside Caddy and nginx: start, memory, size, requests per second, tail latency", HttpBenchmark.Run),
    ["filter"] = ("the packet filter: one look-up with 10, 1,000 and 100,000 rules", FilterBenchmark.Run),
    ["netstack-core"] = ("TCP between two stacks in memory beside WireGuard's core: segments, allocations, memory of an idle connection", NetstackBenchmark.Run),
    ["netmap"] = ("a full map of 10,000 and 100,000 peers beside parsing its JSON, memory of a peer, the cost of one change", NetmapBenchmark.Run),
    ["wg-core"] = ("WireGuard's core beside the AEAD alone: packets, handshakes, memory of an idle peer", WireGuardBenchmark.Run),
    ["relay"] = ("`edge tun derp` beside Tailscale's derper: packets over TLS, memory of idle clients", RelayBenchmark.Run),
    ["check"] = ("`edge check` against the real `pkl eval`", CheckBenchmark.Run),
    ["netstack"] = ("`edge orb` in a WireGuard network beside the kernel's TCP over `edge tun up`: downloads, requests, memory; takes root", NetworkBenchmark.Run),
    ["tailnet-memory"] = ("`edge orb` in a tailnet of a hundred peers: resident memory at rest, and after a download of a GiB", TailnetMemoryBenchmark.Run),
    ["tailnet-start"] = ("`edge orb` in a tailnet of the tests' control server beside Caddy's plain start: exec to netmap, exec to the first page through the tunnel", TailnetStartBenchmark.Run),
    ["tunnel"] = ("two `edge tun up` beside two of Debian's wireguard-go and the bare cable; takes root", TunnelBenchmark.Run),
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var benchmark) || args.Length > 2)
{
    Console.Error.WriteLine("usage: scripts/bench NAME [RUNS]");
    foreach (var (name, (what, _)) in benchmarks)
        Console.Error.WriteLine($"  {name,-10} {what}");
    return 2;
}

var runs = 30;
if (args.Length == 2 && (!int.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out runs) || runs == 0))
{
    Console.Error.WriteLine($"bench: {args[1]} is no number of runs");
    return 2;
}
return benchmark.Run(runs) ? 0 : 1;
