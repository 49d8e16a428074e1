using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack;

/// <summary>The life of a connection: RFC 9293 sections 3.5 and 3.6, its figures, and what an attacker from outside cannot do (RFC 5961).</summary>
public sealed class TcpStateTests
{
    private static (World World, TcpConnection Client, TcpConnection Server) Connected(NetstackOptions? options = null)
    {
        var world = new World(options, options);
        world.B.Stack.Listen(null, 80);
        var client = world.A.Connect(world.B);
        world.Run(() => world.B.Accepted.Count == 1);
        world.Run(TimeSpan.FromMilliseconds(100));
        return (world, client, world.B.Accepted[0]);
    }

    [Test]
    public async Task Half_a_connection_goes_on_when_the_other_is_closed()
    {
        var (world, client, server) = Connected();
        client.Write("question"u8);
        client.FinishSending();
        world.Run(() => server.IsAtEnd || server.Readable == 8 && world.B.Saw(server, TcpEvents.PeerFinished));
        world.Run(() => client.State == TcpState.FinWait2);
        await Assert.That((client.State, server.State)).IsEqualTo((TcpState.FinWait2, TcpState.CloseWait));
        var transfer = new Transfer(server, 300_000);
        var reader = new Transfer.Reader(client);
        world.Run(() =>
        {
            transfer.Pump();
            reader.Read(world.Now);
            return client.IsAtEnd;
        });
        await Assert.That(reader.Count).IsEqualTo(300_000);
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That((client.State, server.State)).IsEqualTo((TcpState.TimeWait, TcpState.Closed));
        await Assert.That((client.CloseReason, server.CloseReason)).IsEqualTo((CloseReason.Finished, CloseReason.Finished));
    }

    [Test]
    public async Task Both_may_open_at_once()
    {
        var world = new World(link: new() { Delay = TimeSpan.FromMilliseconds(10) });
        var a = world.A.Connect(world.B, 40_000);
        // The other's SYN comes from the port that this one calls, and to the port that it calls from.
        var syn = Segment.Make(new(world.B.Address, 40_000), new(world.A.Address, a.Local.Port), TcpFlags.Syn, 5000);
        world.AtoB.Drop = packet => true;
        world.Run(TimeSpan.FromMilliseconds(5));
        world.A.Stack.Handle(world.Now, syn);
        await Assert.That(a.State).IsEqualTo(TcpState.SynReceived);
        byte[]? answer = null;
        world.AtoB.Drop = packet =>
        {
            answer = packet;
            return true;
        };
        world.Run(TimeSpan.FromMilliseconds(5));
        await Assert.That((Segment.Tcp(answer!).Flags, Segment.Tcp(answer!).Acknowledgment)).IsEqualTo((TcpFlags.Syn | TcpFlags.Ack, 5001u));
        var sequence = Segment.Tcp(answer!).Sequence;
        world.A.Stack.Handle(world.Now, Segment.Make(new(world.B.Address, 40_000), a.Local, TcpFlags.Syn | TcpFlags.Ack, 5000, sequence + 1));
        await Assert.That(a.State).IsEqualTo(TcpState.Established);
    }

    [Test]
    public async Task Both_may_close_at_once()
    {
        var (world, client, server) = Connected();
        client.FinishSending();
        server.FinishSending();
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That((client.State, server.State)).IsEqualTo((TcpState.TimeWait, TcpState.TimeWait));
        world.Run(TimeSpan.FromMinutes(2));
        await Assert.That((world.A.Stack.Connections, world.B.Stack.Connections)).IsEqualTo((0, 0));
    }

    [Test]
    public async Task A_port_without_a_listener_refuses()
    {
        var world = new World();
        var client = world.A.Connect(world.B, 81);
        world.Run(() => client.State == TcpState.Closed);
        await Assert.That(client.CloseReason).IsEqualTo(CloseReason.Refused);
    }

    [Test]
    public async Task A_peer_that_is_not_there_is_given_up_after_the_time_of_the_options()
    {
        var world = new World(new() { GiveUpAfter = TimeSpan.FromSeconds(20) });
        world.AtoB.Drop = static _ => true;
        var client = world.A.Connect(world.B);
        world.Run(() => client.State == TcpState.Closed);
        await Assert.That(client.CloseReason).IsEqualTo(CloseReason.TimedOut);
    }

    [Test]
    [Arguments(RejectKind.Reset, CloseReason.Refused)]
    [Arguments(RejectKind.Silence, CloseReason.TimedOut)]
    [Arguments(RejectKind.Unreachable, CloseReason.Unreachable)]
    [Arguments(RejectKind.Prohibited, CloseReason.Unreachable)]
    internal async Task A_connection_to_any_address_is_decided_before_its_syn_is_answered(RejectKind kind, CloseReason reason)
    {
        var world = new World(new() { GiveUpAfter = TimeSpan.FromSeconds(20) });
        world.B.Stack.Listen(null, 0, asks: true);
        TcpConnection? asked = null;
        world.B.On = happened => asked = (happened.Events & TcpEvents.Incoming) != 0 ? happened.Connection : asked;
        var elsewhere = IpAddress.V4(0xc0000207);
        var client = world.A.Stack.Connect(world.Now, world.A.Address, new Endpoint(elsewhere, 443))!;
        world.Run(() => asked is not null);
        world.Run(TimeSpan.FromSeconds(2));
        await Assert.That((client.State, asked!.Local)).IsEqualTo((TcpState.SynSent, new Endpoint(elsewhere, 443)));
        await Assert.That(world.BtoA.Sent).IsEqualTo(0);
        world.B.On = happened => happened.Connection?.Reject(kind);
        asked.Reject(kind);
        world.Run(() => client.State == TcpState.Closed);
        await Assert.That(client.CloseReason).IsEqualTo(reason);
        client = world.A.Stack.Connect(world.Now, world.A.Address, new Endpoint(elsewhere, 443))!;
        world.B.On = happened => happened.Connection?.Accept(world.Now);
        world.Run(() => client.State == TcpState.Established);
        await Assert.That(client.State).IsEqualTo(TcpState.Established);
    }

    [Test]
    public async Task Only_a_reset_with_the_exact_number_ends_a_connection()
    {
        var (world, client, server) = Connected();
        client.Write("x"u8);
        world.Run(TimeSpan.FromMilliseconds(100));
        byte[]? last = null;
        world.AtoB.Drop = packet =>
        {
            last = packet;
            return false;
        };
        client.Write("y"u8);
        world.Run(TimeSpan.FromMilliseconds(100));
        var next = Segment.Tcp(last!).Sequence + 1;
        var challenges = 0;
        world.BtoA.Drop = packet =>
        {
            challenges++;
            return false;
        };
        world.B.Stack.Handle(world.Now, Segment.Make(client.Local, client.Remote, TcpFlags.Rst, next + 1000));
        world.Run(TimeSpan.FromMilliseconds(10));
        await Assert.That((server.State, challenges)).IsEqualTo((TcpState.Established, 1));
        // One of many guesses is answered, not each.
        for (var i = 0u; i < 100; i++)
            world.B.Stack.Handle(world.Now, Segment.Make(client.Local, client.Remote, TcpFlags.Syn, next + i * 600));
        world.Run(TimeSpan.FromMilliseconds(10));
        await Assert.That((server.State, challenges)).IsEqualTo((TcpState.Established, 1));
        world.B.Stack.Handle(world.Now, Segment.Make(client.Local, client.Remote, TcpFlags.Rst, next));
        await Assert.That((server.State, server.CloseReason)).IsEqualTo((TcpState.Closed, CloseReason.Reset));
    }

    [Test]
    public async Task Text_with_an_acknowledgement_of_what_was_never_sent_is_not_taken()
    {
        var (world, client, server) = Connected();
        byte[]? last = null;
        world.AtoB.Drop = packet =>
        {
            last = packet;
            return false;
        };
        client.Write("y"u8);
        world.Run(TimeSpan.FromMilliseconds(100));
        var tcp = (Segment.Tcp(last!).Sequence, Segment.Tcp(last!).Acknowledgment);
        world.B.Stack.Handle(world.Now, Segment.Make(client.Local, client.Remote, TcpFlags.Ack, tcp.Sequence + 1, tcp.Acknowledgment + 500_000, payload: "evil"u8));
        world.B.Stack.Handle(world.Now, Segment.Make(client.Local, client.Remote, TcpFlags.Ack, tcp.Sequence + 1, tcp.Acknowledgment - 500_000, payload: "evil"u8));
        await Assert.That(server.Readable).IsEqualTo(1);
    }

    [Test]
    public async Task A_flood_of_syns_is_bounded_and_others_still_get_in()
    {
        var options = new NetstackOptions { MaxHalfOpen = 64 };
        var world = new World(options, options);
        world.B.Stack.Listen(null, 80);
        for (var i = 0; i < 10_000; i++)
            world.B.Stack.Handle(world.Now, Segment.Make(new(IpAddress.V4(0x0a000100 + (uint)i / 100), (ushort)(1024 + i)), new(world.B.Address, 80), TcpFlags.Syn, (uint)i * 7919));
        await Assert.That(world.B.Stack.Connections).IsEqualTo(64);
        var client = world.A.Connect(world.B);
        await Assert.That(world.Run(() => client.State == TcpState.Established)).IsTrue();
        await Assert.That(world.B.Stack.Blocks.Used).IsEqualTo(0);
        world.Run(TimeSpan.FromMinutes(5));
        await Assert.That(world.B.Stack.Connections).IsEqualTo(1);
    }

    [Test]
    public async Task A_silent_peer_is_asked_and_given_up()
    {
        var (world, client, _) = Connected();
        client.SetKeepalive(world.Now, TimeSpan.FromSeconds(10));
        world.Run(TimeSpan.FromMinutes(2));
        await Assert.That(client.State).IsEqualTo(TcpState.Established);
        world.AtoB.Drop = static _ => true;
        world.Run(() => client.State == TcpState.Closed, TimeSpan.FromMinutes(5));
        await Assert.That((client.State, client.CloseReason)).IsEqualTo((TcpState.Closed, CloseReason.TimedOut));
    }

    [Test]
    public async Task A_shut_window_is_probed_for_as_long_as_the_peer_answers()
    {
        var (world, client, server) = Connected();
        var transfer = new Transfer(client, 200_000);
        transfer.Pump();
        world.Run(TimeSpan.FromMinutes(30));
        await Assert.That((client.State, server.Readable)).IsEqualTo((TcpState.Established, 65_536L));
        // Its update gets lost: only a probe finds the window open.
        world.BtoA.Drop = static _ => true;
        var reader = new Transfer.Reader(server);
        reader.Read(world.Now);
        world.Run(TimeSpan.FromSeconds(1));
        world.BtoA.Drop = static _ => false;
        var done = world.Run(() =>
        {
            transfer.Pump();
            reader.Read(world.Now);
            return server.IsAtEnd;
        });
        await Assert.That((done, reader.Count, reader.IsRight)).IsEqualTo((true, 200_000L, true)).Because($"{world.Now}\n{client}\n{server}");
    }

    [Test]
    [Arguments(1, null, true)]
    [Arguments(100_000, null, true)]
    [Arguments(0, null, false)]
    [Arguments(-1, null, false)]
    [Arguments(-100_000, null, false)]
    [Arguments(-100_000, 1, true)]
    [Arguments(100_000, -1, false)]
    public async Task A_new_connection_takes_the_place_of_one_in_time_wait_where_it_cannot_be_an_old_one(int sequence, int? timestamp, bool isTaken)
    {
        var (world, client, server) = Connected();
        // The last that each end sent says where the numbers are: RCV.NXT and TS.Recent, and SND.NXT.
        byte[]? fromServer = null;
        world.BtoA.Drop = packet =>
        {
            fromServer = packet;
            return false;
        };
        server.FinishSending();
        world.Run(() => client.IsAtEnd);
        client.FinishSending();
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(server.State).IsEqualTo(TcpState.TimeWait);
        var last = TcpSegment.Of(Segment.Tcp(fromServer!));
        var (next, sent, recent) = (last.Acknowledgment, last.Sequence, last.TimestampEcho);
        byte[] options = timestamp is { } step ? Segment.Timestamps((uint)(recent + step), 0) : [];
        var syn = Segment.Make(client.Local, client.Remote, TcpFlags.Syn, (uint)(next + sequence), options: options);
        world.BtoA.Drop = packet =>
        {
            fromServer = packet;
            return true;
        };
        fromServer = null;
        world.B.Stack.Handle(world.Now, syn);
        world.Run(TimeSpan.FromMilliseconds(10));
        // Otherwise the one in TIME-WAIT says what it expects, by which an honest peer puts itself right (RFC 5961 section 4.2).
        var (flags, acknowledgment, first) = (Segment.Tcp(fromServer!).Flags, Segment.Tcp(fromServer!).Acknowledgment, Segment.Tcp(fromServer!).Sequence);
        await Assert.That((flags, acknowledgment)).IsEqualTo(isTaken ? (TcpFlags.Syn | TcpFlags.Ack, (uint)(next + sequence + 1)) : (TcpFlags.Ack, next));
        await Assert.That(server.State).IsEqualTo(isTaken ? TcpState.Closed : TcpState.TimeWait);
        // Beyond all that the old connection sent.
        await Assert.That(!isTaken || (int)(first - sent) > 0).IsTrue();
    }

    [Test]
    [Arguments(0, CloseReason.Finished)]
    [Arguments(1000, CloseReason.Reset)]
    internal async Task A_reset_after_both_have_finished_is_one_where_text_was_not_acknowledged(int text, CloseReason reason)
    {
        var (world, client, server) = Connected();
        client.FinishSending();
        uint next = 0;
        world.BtoA.Drop = packet =>
        {
            next = Segment.Tcp(packet).Acknowledgment;
            return true;
        };
        world.Run(() => server.State == TcpState.CloseWait);
        server.Write(new byte[text]);
        server.FinishSending();
        world.Run(() => server.State == TcpState.LastAck);
        world.B.Stack.Handle(world.Now, Segment.Make(client.Local, client.Remote, TcpFlags.Rst, next));
        await Assert.That((server.State, server.CloseReason)).IsEqualTo((TcpState.Closed, reason));
    }

    [Test]
    public async Task What_was_not_read_is_answered_by_a_reset_when_the_reader_lets_go()
    {
        var (world, client, server) = Connected();
        client.Write("unread"u8);
        world.Run(() => server.Readable == 6);
        server.Release(world.Now);
        world.Run(() => client.State == TcpState.Closed);
        await Assert.That(client.CloseReason).IsEqualTo(CloseReason.Reset);
        await Assert.That(world.B.Stack.Blocks.Used).IsEqualTo(0);
    }

    [Test]
    public async Task Idle_connections_hold_no_block()
    {
        var (world, client, server) = Connected();
        client.Write("request"u8);
        world.Run(() => server.Readable == 7);
        await Assert.That(server.HoldsBlock).IsTrue();
        server.Consume(world.Now, 7);
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That((client.HoldsBlock, server.HoldsBlock)).IsEqualTo((false, false));
    }
}
