using System.Globalization;
using Edge.Protocols.Netstack;

namespace Edge.Bench;

/// <summary>
/// The netstack in this process, without sockets: what a stream costs the sender and the receiver beside what WireGuard's core takes to seal and open the
/// same packets, whether anything is allocated, and what an idle connection holds.
/// </summary>
internal static class NetstackBenchmark
{
    private const int Mtu = 1420, HeaderBytes = 52;
    private const long StreamBytes = 64L << 20;

    /// <summary>A million segments of 1,368 bytes.</summary>
    private const long AllocationBytes = 1_000_000L * (Mtu - HeaderBytes);

    private const int MemoryConnections = 10_000;

    /// <summary>Of WireGuard's time for the same packets, so much at the most.</summary>
    private const double ShareGoal = 0.5;

    /// <summary>Bytes; the transport above has the rest of 4 KiB.</summary>
    private const int MemoryGoal = 2048;

    public static bool Run(int runs)
    {
        Console.WriteLine($"one core, best of {runs} runs; packets of {Mtu} bytes");
        var wireGuard = WireGuardBenchmark.NanosecondsToSealAndOpen(Mtu, runs);
        Console.WriteLine($"  {"",-24} {"sender",9} {"receiver",9} {"both",9} {"Gbit/s",7} {"WireGuard",10} {"share",6}");
        var met = Stream("packets", isWhole: false, runs, wireGuard);
        met &= Stream("segments of 64 KiB", isWhole: true, runs, wireGuard);
        met &= Allocations();
        return Memory() & met;
    }

    // Nanoseconds for each 1,368 bytes of text, whatever they travel in.
    private static bool Stream(string name, bool isWhole, int runs, double wireGuard)
    {
        var (pair, client, server) = Connected(isWhole);
        var text = new byte[64 * 1024];
        var (sender, receiver, both) = (double.MaxValue, double.MaxValue, double.MaxValue);
        var segments = StreamBytes / (Mtu - HeaderBytes);
        for (var run = 0; run < runs; run++)
        {
            pair.Stream(client, server, text, StreamBytes);
            sender = Math.Min(sender, pair.NanosecondsOfA / segments);
            receiver = Math.Min(receiver, pair.NanosecondsOfB / segments);
            both = Math.Min(both, (pair.NanosecondsOfA + pair.NanosecondsOfB) / segments);
        }
        var share = both / wireGuard;
        var isMet = share <= ShareGoal;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {name,-24} {sender,6:0} ns {receiver,6:0} ns {both,6:0} ns {(Mtu - HeaderBytes) * 8 / both,7:0.0} {wireGuard,7:0} ns {share,6:0.00} <= {ShareGoal:0.00}{(isMet ? "" : "  MISSED")}"));
        return isMet;
    }

    private static bool Allocations()
    {
        var (pair, client, server) = Connected(isWhole: false);
        var text = new byte[64 * 1024];
        pair.Stream(client, server, text, StreamBytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        pair.Stream(client, server, text, AllocationBytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {allocated} B allocated over {pair.Sent} packets; goal 0{(allocated == 0 ? "" : "  MISSED")}"));
        return allocated == 0;
    }

    private static bool Memory()
    {
        var pair = new NetstackPair(Mtu, isWhole: false);
        var before = Live();
        var clients = new List<TcpConnection>(MemoryConnections);
        for (var i = 0; i < MemoryConnections; i++)
        {
            clients.Add(pair.Connect());
            pair.Settle();
        }
        // Each carries a request and an answer, and rests.
        var buffer = new byte[16 * 1024];
        for (var i = 0; i < MemoryConnections; i++)
        {
            clients[i].Write(buffer.AsSpan(0, 500));
            pair.Settle();
            pair.Accepted[i].Consume(pair.Now, pair.Accepted[i].Readable);
            pair.Accepted[i].Write(buffer);
            pair.Settle();
            clients[i].Consume(pair.Now, clients[i].Readable);
            pair.Settle();
        }
        pair.A.Blocks.Trim();
        pair.B.Blocks.Trim();
        var each = (Live() - before) / (2 * MemoryConnections);
        var used = pair.A.Blocks.Used + pair.B.Blocks.Used;
        var isMet = each <= MemoryGoal && used == 0;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  one of {MemoryConnections} idle connections: {each} B and {used} B of blocks in all; goal <= {MemoryGoal} B and none{(isMet ? "" : "  MISSED")}"));
        GC.KeepAlive(pair);
        return isMet;
    }

    private static (NetstackPair Pair, TcpConnection Client, TcpConnection Server) Connected(bool isWhole)
    {
        var pair = new NetstackPair(Mtu, isWhole);
        var client = pair.Connect();
        pair.Settle();
        // Windows grow to what they will be.
        pair.Stream(client, pair.Accepted[0], new byte[64 * 1024], StreamBytes);
        return (pair, client, pair.Accepted[0]);
    }

    private static long Live()
    {
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
