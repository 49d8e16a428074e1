using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack;

/// <summary>Streams between two stacks over paths of every kind: all bytes arrive, once, in order, and both ends are told of the end.</summary>
public sealed class TcpTransferTests
{
    public static IEnumerable<(int Lost, int Doubled, int Delayed, int Mtu, bool IsV6)> Paths() =>
    [
        (0, 0, 0, 1280, false), (0, 0, 0, 1280, true), (0, 0, 0, 576, false), (0, 0, 0, 9000, true),
        (1, 0, 0, 1280, false), (10, 0, 0, 1500, true), (50, 0, 0, 1280, false), (100, 0, 0, 1280, true),
        (0, 0, 200, 1280, false), (0, 100, 0, 1280, false), (30, 50, 100, 1400, true), (100, 100, 100, 576, false),
    ];

    [Test]
    [MethodDataSource(nameof(Paths))]
    public async Task Every_byte_arrives_once_and_in_order(int lost, int doubled, int delayed, int mtu, bool isV6)
    {
        var options = new NetstackOptions { Mtu = mtu };
        var link = new LinkOptions { Lost = lost, Doubled = doubled, Delayed = delayed, Rate = 12_500_000, Delay = TimeSpan.FromMilliseconds(5) };
        var world = new World(options, options, link, seed: 7, isV6: isV6);
        await Both(world, 2_000_000, 1_000_000);
    }

    [Test]
    public async Task It_works_without_sack_timestamps_and_scaling_too()
    {
        // The peer's SYN loses its options on the way, as behind some firewalls.
        var world = new World(link: new() { Lost = 20, Rate = 12_500_000, Delay = TimeSpan.FromMilliseconds(5) });
        world.AtoB.Drop = packet =>
        {
            Segment.StripOptions(packet);
            return false;
        };
        await Both(world, 500_000, 500_000);
    }

    [Test]
    public async Task One_byte_segments_arrive()
    {
        var world = new World(link: new() { Lost = 20, Delay = TimeSpan.FromMilliseconds(2) });
        world.B.Stack.Listen(null, 80);
        var client = world.A.Connect(world.B);
        client.NoDelay = true;
        world.Run(() => world.B.Accepted.Count == 1);
        var reader = new Transfer.Reader(world.B.Accepted[0]);
        for (var i = 0; i < 2000; i++)
        {
            client.Write([Transfer.At(i)]);
            world.Run(TimeSpan.FromMicroseconds(100));
        }
        var done = world.Run(() =>
        {
            reader.Read(world.Now);
            return reader.Count == 2000;
        });
        await Assert.That(done && reader.IsRight).IsTrue();
        await Assert.That(world.AtoB.Sent).IsGreaterThan(1000);
    }

    [Test]
    public async Task A_slow_reader_stops_the_sender_and_loses_nothing()
    {
        var world = new World(link: new() { Lost = 10, Rate = 12_500_000, Delay = TimeSpan.FromMilliseconds(5) });
        world.B.Stack.Listen(null, 80);
        var client = world.A.Connect(world.B);
        world.Run(() => world.B.Accepted.Count == 1);
        var server = world.B.Accepted[0];
        var transfer = new Transfer(client, 1_000_000);
        var reader = new Transfer.Reader(server);
        long most = 0;
        for (var i = 0; i < 400 && !server.IsAtEnd; i++)
        {
            transfer.Pump();
            world.Run(TimeSpan.FromMilliseconds(500));
            // Less than a segment at a time: the silly window's case. Nothing makes the window grow meanwhile.
            most = i < 30 ? Math.Max(most, server.Readable) : most;
            reader.Read(world.Now, i < 30 ? 700 : 60_000);
        }
        await Assert.That(reader.Count).IsEqualTo(1_000_000);
        await Assert.That(reader.IsRight).IsTrue();
        await Assert.That(most).IsLessThanOrEqualTo(65_536 + 127);
    }

    [Test]
    [Arguments(64 * 1024 * 1024)]
    [Arguments(512 * 1024)]
    public async Task Peers_that_stop_reading_hold_their_buffers_and_no_more(int memory)
    {
        const int Count = 20, SendBuffer = 100_000, Window = 64 * 1024;
        var world = new World(new() { MaxSendBuffer = SendBuffer }, new() { MemoryLimit = memory }, new() { Rate = 12_500_000, Delay = TimeSpan.FromMilliseconds(5) });
        world.B.Stack.Listen(null, 80);
        var clients = Enumerable.Range(0, Count).Select(_ => world.A.Connect(world.B)).ToList();
        world.Run(() => world.B.Accepted.Count == Count);
        var transfers = clients.ConvertAll(client => new Transfer(client, 10_000_000));
        long mostThere = 0, mostHere = 0;
        world.Run(() =>
        {
            transfers.ForEach(transfer => transfer.Pump());
            mostThere = Math.Max(mostThere, world.B.Stack.Blocks.Used);
            mostHere = Math.Max(mostHere, world.A.Stack.Blocks.Used);
            return false;
        }, TimeSpan.FromMinutes(10));
        // They are probed, not given up, though there may be less memory than what was offered before. Each end holds what it was let write, or offered, in
        // blocks of which two can be begun.
        var isEnough = memory > Count * Window;
        await Assert.That(clients.TrueForAll(client => client.State == TcpState.Established)).IsTrue();
        await Assert.That(mostHere).IsBetween(Count * 60_000L, Count * (SendBuffer + 2L * BlockPool.BlockSize));
        await Assert.That(mostThere).IsBetween(isEnough ? Count * 60_000L : memory / 2, Math.Min(memory, Count * (Window + 2L * BlockPool.BlockSize)));
        // When they read, all comes that was held up.
        var readers = world.B.Accepted.ConvertAll(server => new Transfer.Reader(server));
        world.Run(() =>
        {
            transfers.ForEach(transfer => transfer.Pump());
            readers.ForEach(reader => reader.Read(world.Now));
            return readers.TrueForAll(reader => reader.Count >= 1_000_000);
        });
        await Assert.That(readers.TrueForAll(reader => reader.Count >= 1_000_000 && reader.IsRight)).IsTrue().Because(string.Join('\n', clients));
        clients.ForEach(client => client.Abort());
        world.Run(TimeSpan.FromSeconds(1));
        world.B.Accepted.ForEach(server => server.Release(world.Now));
        clients.ForEach(client => client.Release(world.Now));
        world.Run(TimeSpan.FromMinutes(2));
        await Assert.That((world.A.Stack.Blocks.Used, world.B.Stack.Blocks.Used)).IsEqualTo((0L, 0L));
    }

    internal static async Task Both(World world, long forth, long back)
    {
        world.B.Stack.Listen(null, 80);
        var client = world.A.Connect(world.B);
        world.Run(() => world.B.Accepted.Count == 1);
        var server = world.B.Accepted[0];
        Transfer up = new(client, forth), down = new(server, back);
        Transfer.Reader atServer = new(server), atClient = new(client);
        var done = world.Run(() =>
        {
            up.Pump();
            down.Pump();
            atServer.Read(world.Now);
            atClient.Read(world.Now);
            return server.IsAtEnd && client.IsAtEnd;
        });
        await Assert.That((atServer.Count, atClient.Count)).IsEqualTo((forth, back)).Because($"{world.Now}\n{client}\n{server}");
        await Assert.That(done && atServer.IsRight && atClient.IsRight).IsTrue();
        client.Release(world.Now);
        server.Release(world.Now);
        world.Run(() => world.A.Stack.Connections + world.B.Stack.Connections == 0);
        await Assert.That((world.A.Stack.Connections, world.B.Stack.Connections)).IsEqualTo((0, 0));
        await Assert.That((world.A.Stack.Blocks.Used, world.B.Stack.Blocks.Used)).IsEqualTo((0L, 0L));
    }
}
