using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Keys;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Protocols.Derp;
using PublicKey = Edge.Foundation.Keys.PublicKey;

namespace Edge.Bench.Relay;

/// <summary>Clients of a relay, in this process, pinned away from it.</summary>
[SupportedOSPlatform("linux")]
internal static class RelayLoad
{
    private const int ConnectingAtOnce = 16;

    /// <summary>Pairs of clients, each with a window of packets that the other side's answers move.</summary>
    public static async Task<LoadFigures> Forward(RelayProcess relay, int pairs, TimeSpan time)
    {
        InlineSockets.Use();
        Pin();
        var dialler = Dialler();
        var receivers = new List<PairReceiver>();
        var senders = new List<PairSender>();
        for (var i = 0; i < pairs; i++)
        {
            var (receiver, sender) = (new PairReceiver(), new PairSender());
            await receiver.Join(dialler, relay.Node);
            await sender.Join(dialler, relay.Node);
            (receiver.Peer, sender.Peer) = (sender.Key, receiver.Key);
            receivers.Add(receiver);
            senders.Add(sender);
            receiver.Start();
            sender.Start();
        }
        await Task.Delay(TimeSpan.FromSeconds(1));
        var (packets, processor, load, began) = (receivers.Sum(one => one.Packets), relay.ProcessorSeconds, OwnSeconds(), Stopwatch.GetTimestamp());
        foreach (var receiver in receivers)
            receiver.Forget();
        await Task.Delay(time);
        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        packets = receivers.Sum(one => one.Packets) - packets;
        processor = relay.ProcessorSeconds - processor;
        load = OwnSeconds() - load;
        var resident = relay.ResidentBytes;
        foreach (var sender in senders)
            sender.End();
        foreach (var client in senders.Concat<LoadClient>(receivers))
            await client.DisposeAsync();
        var bytes = packets * (double)PairSender.PacketSize;
        return new LoadFigures(
            bytes * 8 / 1e6 / elapsed, packets / elapsed, PairReceiver.Percentile(receivers, 0.99), processor / (bytes / 1e9), processor / elapsed, load / elapsed, resident);
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
