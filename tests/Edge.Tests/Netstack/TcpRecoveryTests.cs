using Edge.Foundation.Time;
using Edge.Foundation.Wire;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack;

/// <summary>Losses and shortages, one by one. What a whole stream makes of losses is compared in <see cref="Traces.CongestionTraceTests"/>.</summary>
public sealed class TcpRecoveryTests
{
    private const int Size = 1000;

    [Test]
    public async Task One_acknowledgement_of_what_came_before_and_behind_a_gap_is_no_reordering()
    {
        var (rack, board) = InFlight(10);
        var now = At(50);
        Acknowledge(rack, board, now, 4 * Size, (5 * Size, 10 * Size));
        // Nothing came late: five segments behind the gap are enough, without a wait (RFC 8985 section 6.2 step 4).
        await Assert.That(rack.Detect(board, now, 50_000_000, isRecovering: false, Size)).IsEqualTo(0);
        await Assert.That((board.LostBytes, board.First!.Start)).IsEqualTo((Size, 4u * Size));
    }

    [Test]
    public async Task A_segment_that_comes_behind_later_ones_is_reordering_and_the_next_gap_waits()
    {
        var (rack, board) = InFlight(10);
        Acknowledge(rack, board, At(50), 0, (1 * Size, 2 * Size));
        Acknowledge(rack, board, At(51), 2 * Size, null);
        Acknowledge(rack, board, At(52), 2 * Size, (3 * Size, 8 * Size));
        await Assert.That(rack.Detect(board, At(52), 50_000_000, isRecovering: false, Size)).IsGreaterThan(0);
        await Assert.That(board.LostBytes).IsEqualTo(0);
    }

    [Test]
    public async Task The_copy_of_a_tail_tells_that_what_was_before_it_is_lost()
    {
        var (rack, board) = InFlight(5);
        Acknowledge(rack, board, At(50), Size, null);
        board.Resent(board.Last!, At(200));
        // It leaves a gap, so that the peer still echoes what came in order before: that says nothing about which copy arrived.
        rack.Begin(At(250), hasEcho: true, echo: 0, clockOffset: 0);
        board.Begin();
        board.Sack(4 * Size, 5 * Size);
        rack.Detect(board, At(250), 50_000_000, isRecovering: true, Size);
        await Assert.That(board.LostBytes).IsEqualTo(3 * Size);
    }

    [Test]
    public async Task Small_writes_one_after_the_other_do_not_put_the_timeout_off()
    {
        var (world, client, _) = Connected(new() { Delay = TimeSpan.FromMilliseconds(100) });
        client.NoDelay = true;
        world.AtoB.Drop = static _ => true;
        var until = world.Now + TimeSpan.FromSeconds(1.5);
        while (world.Now < until)
        {
            client.Write("tick"u8);
            world.Run(TimeSpan.FromMilliseconds(50));
        }
        await Assert.That(client.RetransmittedBytes).IsGreaterThan(0);
    }

    [Test]
    public async Task A_cubic_window_does_not_leap_after_a_rest()
    {
        var cubic = CongestionControl.Of(CongestionAlgorithm.Cubic);
        (cubic.SegmentSize, cubic.Window) = (Size, 100 * Size);
        var (now, roundTrip) = (new Timestamp(1_000_000_000), TimeSpan.FromMilliseconds(100));
        cubic.Congested(now, cubic.Window);
        cubic.Window = cubic.Threshold;
        for (var i = 0; i < 10; i++)
            cubic.Acknowledged(now += roundTrip, cubic.Window, roundTrip);
        var before = cubic.Window;
        // The curve would be at half a million segments by now.
        cubic.Acknowledged(now + TimeSpan.FromSeconds(100), before, roundTrip);
        await Assert.That(cubic.Window).IsBetween(before, before + before / 20);
    }

    [Test]
    public async Task What_there_is_no_memory_for_leaves_none_behind()
    {
        var pool = new BlockPool(3 * BlockPool.BlockSize);
        var buffer = new ReceiveBuffer(pool);
        await Assert.That(buffer.Insert(0, new byte[2 * BlockPool.BlockSize])).IsTrue();
        // The last block would do for its first half.
        await Assert.That(buffer.Insert(5 * BlockPool.BlockSize - 500, new byte[1000])).IsFalse();
        await Assert.That(pool.Used).IsEqualTo(2L * BlockPool.BlockSize);
        buffer.Consume(2 * BlockPool.BlockSize);
        await Assert.That(pool.Used).IsEqualTo(0);
    }

    [Test]
    public async Task What_was_queued_for_a_peer_that_never_reads_is_not_kept_for_ever()
    {
        var (world, client, server) = Connected(new());
        new Transfer(server, 200_000).Pump();
        world.Run(TimeSpan.FromSeconds(10));
        server.Release(world.Now);
        world.Run(TimeSpan.FromMinutes(1));
        await Assert.That(world.B.Stack.Connections).IsEqualTo(1);
        world.Run(TimeSpan.FromMinutes(10));
        await Assert.That((world.B.Stack.Connections, world.B.Stack.Blocks.Used)).IsEqualTo((0, 0L));
        await Assert.That(client.Readable).IsGreaterThan(60_000);
    }

    [Test]
    public async Task A_fin_where_the_window_ends_does_not_open_it_to_everything()
    {
        var (world, client, server) = Connected(new());
        server.Write(new byte[10]);
        byte[]? last = null;
        world.BtoA.Drop = packet =>
        {
            last = packet;
            return true;
        };
        client.Write("x"u8);
        world.Run(TimeSpan.FromMilliseconds(100));
        var tcp = TcpSegment.Of(Segment.Tcp(last!));
        var (next, sent) = (tcp.Acknowledgment, tcp.Sequence + (uint)tcp.Length);
        var end = next + ((uint)tcp.Window << world.B.Stack.WindowShift);
        for (var at = next; at != end; at += Math.Min(1000, end - at))
            world.B.Stack.Handle(world.Now, Segment.Make(client.Local, client.Remote, end - at <= 1000 ? TcpFlags.Ack | TcpFlags.Fin : TcpFlags.Ack, at, sent - 10, payload: new byte[Math.Min(1000, end - at)]));
        await Assert.That((server.State, server.Queued)).IsEqualTo((TcpState.CloseWait, 10));
        // Far from all that was offered: what it acknowledges does not count.
        world.B.Stack.Handle(world.Now, Segment.Make(client.Local, client.Remote, TcpFlags.Ack, end + 500_000, sent, payload: "evil"u8));
        await Assert.That(server.Queued).IsEqualTo(10);
    }

    [Test]
    public async Task Too_many_gaps_do_not_shut_the_window()
    {
        var (world, client, _) = Connected(new());
        var windows = new List<int>();
        uint next = 0, sent = 0;
        world.BtoA.Drop = packet =>
        {
            windows.Add(Segment.Tcp(packet).Window);
            (next, sent) = (Segment.Tcp(packet).Acknowledgment, Segment.Tcp(packet).Sequence);
            return true;
        };
        client.Write("x"u8);
        world.Run(TimeSpan.FromMilliseconds(100));
        var first = next;
        for (var i = 0u; i <= ReceiveBuffer.MostRanges; i++)
        {
            world.B.Stack.Handle(world.Now, Segment.Make(client.Local, client.Remote, TcpFlags.Ack, first + 1 + 2 * i, sent, payload: "y"u8));
            world.Run(TimeSpan.FromMilliseconds(1));
        }
        await Assert.That(world.B.Stack.DroppedForMemory).IsEqualTo(1);
        await Assert.That(windows.TrueForAll(window => window > 0)).IsTrue();
    }

    [Test]
    public async Task A_reader_of_small_pieces_does_not_flood_a_peer_without_window_scaling()
    {
        var world = new World();
        world.AtoB.Drop = packet =>
        {
            Segment.StripOptions(packet);
            return false;
        };
        world.B.Stack.Listen(null, 80);
        var client = world.A.Connect(world.B);
        world.Run(() => world.B.Accepted.Count == 1);
        // Much is read in a round trip, so that much would be offered.
        const int All = 2_060_000, Rest = 60_000;
        var transfer = new Transfer(client, All);
        var reader = new Transfer.Reader(world.B.Accepted[0]);
        world.Run(() =>
        {
            transfer.Pump();
            reader.Read(world.Now, Math.Max(0, All - Rest - reader.Count));
            return world.B.Accepted[0].Readable == Rest;
        });
        var before = world.BtoA.Sent;
        for (var i = 0; i < Rest / 100; i++)
        {
            reader.Read(world.Now, 100);
            world.Run(TimeSpan.FromMicroseconds(10));
        }
        await Assert.That((reader.Count, reader.IsRight)).IsEqualTo(((long)All, true));
        await Assert.That(world.BtoA.Sent - before).IsLessThan(20);
    }

    private static (World World, TcpConnection Client, TcpConnection Server) Connected(LinkOptions link)
    {
        var world = new World(link: link);
        world.B.Stack.Listen(null, 80);
        var client = world.A.Connect(world.B);
        world.Run(() => world.B.Accepted.Count == 1);
        return (world, client, world.B.Accepted[0]);
    }

    private static long At(int milliseconds) => milliseconds * 1_000_000L;

    // Sent a microsecond apart, from the first millisecond on.
    private static (Rack Rack, Scoreboard Board) InFlight(int segments)
    {
        var rack = new Rack();
        var board = new Scoreboard(new SentSegmentPool(), rack);
        for (var i = 0; i < segments; i++)
            board.Sent((uint)(i * Size), Size, At(1) + i * 1000);
        return (rack, board);
    }

    private static void Acknowledge(Rack rack, Scoreboard board, long now, uint acknowledgment, (uint Left, uint Right)? sack)
    {
        rack.Begin(now, hasEcho: false, echo: 0, clockOffset: 0);
        board.Begin();
        if (sack is var (left, right))
            board.Sack(left, right);
        board.Acknowledge(acknowledgment);
    }
}
