using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Io.Polling;
using Edge.Protocols.Derp;
using PublicKey = Edge.Foundation.Keys.PublicKey;

namespace Edge.Bench.Relay;

/// <summary>Clients of a relay, in this process, pinned away from it.</summary>
[SupportedOSPlatform("linux")]
internal static class RelayLoad
{
    private const int ConnectingAtOnce = 16;

    /// <summary>Pairs of clients, all in one thread.</summary>
    /// <param name="relay">Which relay.</param>
    /// <param name="count">How many pairs.</param>
    /// <param name="packetsOfRecord">How many packets are sealed together.</param>
    /// <param name="time">How long.</param>
    public static async Task<LoadFigures> Forward(RelayProcess relay, int count, int packetsOfRecord, TimeSpan time)
    {
        using var loop = new SocketLoop("load");
        Pin();
        var pairs = new List<LoadPair>();
        for (var i = 0; i < count; i++)
            pairs.Add(new LoadPair(relay.Node, loop, packetsOfRecord));
        foreach (var pair in pairs)
            _ = pair.Run();
        await Task.Delay(TimeSpan.FromSeconds(1));
        var (packets, processor, load, began) = (pairs.Sum(static one => one.Packets), relay.ProcessorSeconds, OwnSeconds(), Stopwatch.GetTimestamp());
        foreach (var pair in pairs)
            pair.Forget();
        await Task.Delay(time);
        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        packets = pairs.Sum(static one => one.Packets) - packets;
        processor = relay.ProcessorSeconds - processor;
        load = OwnSeconds() - load;
        var resident = relay.ResidentBytes;
        foreach (var pair in pairs)
            pair.End();
        await Task.Delay(TimeSpan.FromSeconds(1));
        if (!pairs.TrueForAll(static one => one.IsDrained))
            throw new InvalidOperationException("the relay lost packets: what was measured is not what was forwarded");
        foreach (var pair in pairs)
            pair.Dispose();
        var bytes = packets * (double)LoadPair.PacketSize;
        return new LoadFigures(
            bytes * 8 / 1e6 / elapsed, packets / elapsed, LoadPair.Percentile(pairs, 0.99), processor / (bytes / 1e9), processor / elapsed, load / elapsed, resident);
    }

    private static double OwnSeconds()
    {
        using var self = Process.GetCurrentProcess();
        return self.TotalProcessorTime.TotalSeconds;
    }

    /// <summary>Clients that are connected and do nothing.</summary>
    public static async Task<ClientGroup> Idle(RelayProcess relay, int count)
    {
        var group = new ClientGroup(relay.Node);
        using var gate = new SemaphoreSlim(ConnectingAtOnce);
        await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
        {
            await gate.WaitAsync();
            try
            {
                await group.Add(Deaf.Instance);
            }
            finally
            {
                gate.Release();
            }
        }));
        return group;
    }

    private static DerpDialler Dialler() => new(new Dialler(new SystemResolver(), TimeProvider.System), new Lazy<X509Certificate2Collection>(static () => []), TimeProvider.System);

    private static void Pin()
    {
        if (Environment.ProcessorCount < 2)
            return;
        // With all threads that are there already: .NET pins the first one alone.
        using var pinning = Process.Start(new ProcessStartInfo("taskset", ["-a", "-p", "-c", "1", $"{Environment.ProcessId}"]) { RedirectStandardOutput = true })!;
        pinning.WaitForExit();
    }

    internal sealed class ClientGroup(DerpNode node) : IAsyncDisposable
    {
        private readonly Lock _lock = new();
        private readonly List<(DerpConnection Connection, PrivateKey Key)> _clients = [];
        private readonly DerpDialler _dialler = Dialler();

        public async Task<(DerpConnection Connection, PublicKey Key)> Add(IDerpReceiver receiver)
        {
            var key = new PrivateKey(RandomNumberGenerator.GetBytes(PrivateKey.Size));
            var connection = await DerpConnection.Connect(_dialler, node, new DerpClientOptions { Key = key }, new SystemEntropy(), receiver, CancellationToken.None);
            // Home is never left for idling.
            connection.SetHome(true);
            while (!connection.IsWelcome)
                await Task.Delay(1);
            lock (_lock)
                _clients.Add((connection, key));
            return (connection, key.PublicKey);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var (connection, key) in _clients)
            {
                await connection.DisposeAsync();
                key.Dispose();
            }
        }
    }

    private sealed class Deaf : IDerpReceiver
    {
        public static Deaf Instance { get; } = new();

        public void Receive(DerpConnection connection, in DerpMessage message)
        {
        }
    }
}
