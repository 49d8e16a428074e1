using System.Globalization;
using System.Text;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack;

/// <summary>What a stream makes of paths, in virtual time: a change of the stack shows here as a change of figures.</summary>
public sealed class ThroughputTests
{
    private const int Seeds = 5;

    [Test]
    public async Task The_throughput_of_loss_by_delay_by_queue_is_what_was_recorded()
    {
        var table = new StringBuilder($"KiB/s over 2 Mbyte/s; loss in thousandths, one way delay in ms, queue in KiB; the mean of {Seeds} seeds where there is loss\nloss delay queue cubic reno\n");
        foreach (var loss in (int[])[0, 2, 10, 50])
            foreach (var delay in (int[])[1, 10, 50])
                foreach (var queue in (int[])[8, 32, 256])
                    table.Append(CultureInfo.InvariantCulture, $"{loss,4} {delay,5} {queue,5} {Measure(loss, delay, queue, CongestionAlgorithm.Cubic),5} {Measure(loss, delay, queue, CongestionAlgorithm.NewReno),5}\n");
        // To accept a change, run once with EDGE_UPDATE_SNAPSHOTS=1 and read the difference.
        var path = Repository.PathOf("tests", "Edge.Tests", "Netstack", "throughput.txt");
        if (Environment.GetEnvironmentVariable("EDGE_UPDATE_SNAPSHOTS") == "1")
            await File.WriteAllTextAsync(path, table.ToString());
        await Assert.That(table.ToString()).IsEqualTo(await File.ReadAllTextAsync(path));
    }

    [Test]
    [Arguments(CongestionAlgorithm.Cubic)]
    [Arguments(CongestionAlgorithm.NewReno)]
    internal async Task Eight_streams_through_one_bottleneck_share_it_fairly(CongestionAlgorithm algorithm)
    {
        var options = new NetstackOptions { Congestion = algorithm };
        var world = new World(options, options, new() { Rate = 1_000_000, Delay = TimeSpan.FromMilliseconds(10), Queue = 60_000 });
        world.B.Stack.Listen(null, 80);
        var clients = Enumerable.Range(0, 8).Select(_ => world.A.Connect(world.B)).ToList();
        world.Run(() => world.B.Accepted.Count == 8);
        var transfers = clients.ConvertAll(client => new Transfer(client, long.MaxValue));
        var readers = world.B.Accepted.ConvertAll(server => new Transfer.Reader(server));
        bool Step()
        {
            transfers.ForEach(transfer => transfer.Pump());
            readers.ForEach(reader => reader.Read(world.Now));
            return false;
        }
        world.Run(Step, TimeSpan.FromSeconds(5));
        var before = readers.ConvertAll(reader => (double)reader.Count);
        world.Run(Step, TimeSpan.FromSeconds(30));
        var shares = readers.Select((reader, i) => reader.Count - before[i]).ToArray();
        // Jain, Chiu, Hawe: A quantitative measure of fairness, 1984.
        var index = Math.Pow(shares.Sum(), 2) / (8 * shares.Sum(share => share * share));
        await Assert.That(index).IsGreaterThanOrEqualTo(0.95);
        await Assert.That(shares.Sum() / 30).IsGreaterThan(850_000);
    }

    // One seed's losses say little: a lost retransmission more or less is a tenth of it.
    private static long Measure(int loss, int delay, int queue, CongestionAlgorithm algorithm)
    {
        var sum = 0L;
        for (var seed = 1; seed <= (loss == 0 ? 1 : Seeds); seed++)
            sum += Measure(loss, delay, queue, algorithm, seed);
        return sum / (loss == 0 ? 1 : Seeds);
    }

    private static long Measure(int loss, int delay, int queue, CongestionAlgorithm algorithm, int seed)
    {
        var options = new NetstackOptions { Congestion = algorithm };
        var world = new World(options, options, new() { Rate = 2_000_000, Delay = TimeSpan.FromMilliseconds(delay), Queue = queue * 1024, Lost = loss }, new() { Delay = TimeSpan.FromMilliseconds(delay) }, seed);
        world.B.Stack.Listen(null, 80);
        var client = world.A.Connect(world.B);
        world.Run(() => world.B.Accepted.Count == 1);
        var start = world.Now;
        var transfer = new Transfer(client, 1_000_000);
        var reader = new Transfer.Reader(world.B.Accepted[0]);
        var isDone = world.Run(() =>
        {
            transfer.Pump();
            reader.Read(world.Now);
            return world.B.Accepted[0].IsAtEnd;
        });
        return isDone && reader.IsRight ? (long)(1_000_000 / 1024 / (world.Now - start).TotalSeconds) : -1;
    }
}
