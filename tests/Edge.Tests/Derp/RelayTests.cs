using Edge.Foundation.Wire;
using Edge.Protocols.Derp;

namespace Edge.Tests.Derp;

/// <summary>A relay and its nodes in virtual time.</summary>
public sealed class RelayTests
{
    private static readonly byte[] s_disco = [.. "TS💬"u8, .. new byte[80]];

    [Test]
    [Arguments(1ul)]
    [Arguments(2ul)]
    [Arguments(3ul)]
    public async Task Packets_of_every_size_arrive_whole_and_in_order_however_the_stream_is_cut(ulong seed)
    {
        using var world = new RelayWorld(seed);
        var (a, b) = (world.Join(), world.Join());
        var sent = new List<string>();
        foreach (var size in new[] { 0, 1, 31, 32, 1280, 1420, 2011, 2012, 16_346, 16_347, 16_348, 40_000, 65_535, 65_536 })
        {
            var packet = new byte[size];
            packet.AsSpan().Fill((byte)size);
            sent.Add(Convert.ToHexStringLower(packet));
            await Assert.That(a.Client.Send(world.Now, b.Key.PublicKey, packet)).IsEqualTo(DerpSendVerdict.Queued);
        }
        world.Pass();
        await Assert.That(b.Packets.SequenceEqual(sent)).IsTrue();
        await Assert.That(a.Client.Send(world.Now, b.Key.PublicKey, new byte[65_537])).IsEqualTo(DerpSendVerdict.TooLong);
        await Assert.That(a.Packets.Count).IsEqualTo(0);
    }

    [Test]
    public async Task Waiting_packets_leave_in_writes_of_at_most_a_record()
    {
        using var world = new RelayWorld();
        var (a, b) = (world.Join(), world.Join());
        b.Reads = false;
        for (var i = 0; i < 30; i++)
            a.Client.Send(world.Now, b.Key.PublicKey, new byte[1400]);
        world.Pass();
        b.Reads = true;
        world.Pass();
        await Assert.That(b.Packets.Count).IsEqualTo(30);
        await Assert.That(b.LargestWrite).IsLessThanOrEqualTo(16 * 1024).And.IsGreaterThan(14_000);
    }

    [Test]
    [Arguments(2, 1400, 1)]
    [Arguments(11, 1400, 1)]
    [Arguments(12, 1400, 2)]
    [Arguments(32, 8, 1)]
    public async Task Packets_that_come_together_leave_together_and_in_order(int packets, int size, int writes)
    {
        using var world = new RelayWorld();
        var (a, b) = (world.Join(), world.Join());
        var before = b.Writes;
        var expected = new List<string>();
        for (var i = 0; i < packets; i++)
        {
            var packet = Enumerable.Repeat((byte)i, size).ToArray();
            expected.Add(Convert.ToHexStringLower(packet));
            a.Client.Send(world.Now, b.Key.PublicKey, packet);
        }
        b.Reads = false;
        world.Pass();
        b.Reads = true;
        world.Pass();
        await Assert.That(b.Packets.SequenceEqual(expected)).IsTrue();
        await Assert.That(b.Writes - before).IsEqualTo(writes);
    }

    [Test]
    public async Task A_node_that_does_not_read_loses_the_oldest_of_each_kind_and_nobody_else_anything()
    {
        using var world = new RelayWorld();
        var (a, slow, other) = (world.Join(), world.Join(), world.Join());
        slow.Reads = false;
        for (var i = 0; i < 100; i++)
        {
            a.Client.Send(world.Now, slow.Key.PublicKey, [(byte)i]);
            a.Client.Send(world.Now, other.Key.PublicKey, [(byte)i]);
            world.Pass();
        }
        a.Client.Send(world.Now, slow.Key.PublicKey, s_disco);
        world.Pass();
        await Assert.That(other.Packets.Count).IsEqualTo(100);
        slow.Reads = true;
        world.Pass();
        var expected = Enumerable.Range(68, 32).Select(i => i.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)).Prepend(Convert.ToHexStringLower(s_disco));
        await Assert.That(string.Join(' ', slow.Packets)).IsEqualTo(string.Join(' ', expected));
        var counters = world.Relay.Counters;
        await Assert.That(counters.PacketsDropped(RelayDropReason.QueueHead, isDisco: false)).IsEqualTo(68);
        await Assert.That(counters.BytesDropped(RelayDropReason.QueueHead, isDisco: false)).IsEqualTo(68);
        await Assert.That(counters.PacketsDropped(RelayDropReason.QueueHead, isDisco: true)).IsEqualTo(0);
        await Assert.That(counters.PacketsSent).IsEqualTo(133);
    }

    [Test]
    public async Task A_write_that_is_not_taken_within_two_seconds_ends_the_connection()
    {
        using var world = new RelayWorld();
        var (a, slow) = (world.Join(), world.Join());
        a.Client.Send(world.Now, slow.Key.PublicKey, [1]);
        slow.Reads = false;
        world.Pass();
        await Assert.That(world.Relay.Take(world.Now, slow.AtRelay).IsEmpty).IsFalse();
        world.Advance(TimeSpan.FromSeconds(1.9));
        await Assert.That(slow.AtRelay.State).IsEqualTo(RelayClientState.Open);
        world.Advance(TimeSpan.FromSeconds(0.2));
        await Assert.That(slow.AtRelay.CloseReason).IsEqualTo(RelayCloseReason.WriteTimeout);
        await Assert.That(world.Relay.Counters.WriteTimeouts).IsEqualTo(1);
        await Assert.That(a.Messages.Last()).IsEqualTo("ServerInfo 0 0");
        world.Relay.HandleWritten(slow.AtRelay, isWritten: false);
        await Assert.That(world.Relay.Counters.PacketsDropped(RelayDropReason.WriteError, isDisco: false)).IsEqualTo(1);
    }

    [Test]
    public async Task Idle_nodes_are_kept_alive_once_a_minute_and_a_relay_that_says_nothing_is_dead_after_two()
    {
        using var world = new RelayWorld();
        var (node, deaf) = (world.Join(), world.Join());
        world.Advance(TimeSpan.FromSeconds(59));
        await Assert.That(node.Messages).DoesNotContain("KeepAlive");
        world.Advance(TimeSpan.FromSeconds(6));
        await Assert.That(node.Messages.Count(text => text == "KeepAlive")).IsEqualTo(1);
        world.Advance(TimeSpan.FromMinutes(60));
        await Assert.That(node.Messages.Count(text => text == "KeepAlive")).IsBetween(56, 61);
        await Assert.That(node.Client.Fault).IsEqualTo(DerpClientFault.None);

        deaf.Reads = false;
        world.Advance(TimeSpan.FromSeconds(121));
        await Assert.That(deaf.Client.Fault).IsEqualTo(DerpClientFault.Silent);
        await Assert.That(deaf.Client.Send(world.Now, node.Key.PublicKey, [1])).IsEqualTo(DerpSendVerdict.NotConnected);
    }

    [Test]
    public async Task Neither_side_waits_longer_than_ten_seconds_for_a_hello()
    {
        using var world = new RelayWorld();
        var mute = world.Relay.Accept(world.Now, default, isNotIdeal: false);
        var unheard = world.Connect();
        unheard.Reads = false;
        world.Pass();
        world.Advance(TimeSpan.FromSeconds(9.9));
        await Assert.That(mute.State).IsEqualTo(RelayClientState.Greeted);
        await Assert.That(unheard.Client.Fault).IsEqualTo(DerpClientFault.None);
        world.Advance(TimeSpan.FromSeconds(0.2));
        await Assert.That(mute.CloseReason).IsEqualTo(RelayCloseReason.HandshakeTimeout);
        await Assert.That(unheard.Client.Fault).IsEqualTo(DerpClientFault.NoWelcome);
    }

    [Test]
    public async Task Who_is_asked_about_is_taken_in_or_sent_away_and_what_it_said_meanwhile_is_not_lost()
    {
        using var world = new RelayWorld(change: options => options with { AsksAdmission = true });
        var (a, b, refused, forgotten) = (world.Connect(), world.Connect(), world.Connect(), world.Connect());
        world.Pass();
        a.Client.Send(world.Now, b.Key.PublicKey, [7]);
        a.Client.NotePreferred(true);
        world.Pass();
        await Assert.That(world.Questions.Select(client => client.Key)).IsEquivalentTo(new[] { a, b, refused, forgotten }.Select(node => node.Key.PublicKey));
        await Assert.That(world.Relay.LocalKeys).IsEqualTo(0);
        await Assert.That(a.Messages.Count).IsEqualTo(0);

        world.Relay.HandleVerdict(world.Now, b.AtRelay, isAdmitted: true);
        world.Relay.HandleVerdict(world.Now, a.AtRelay, isAdmitted: true);
        world.Relay.HandleVerdict(world.Now, refused.AtRelay, isAdmitted: false);
        world.Pass();
        await Assert.That(b.Packets).IsEquivalentTo(["07"]);
        await Assert.That(world.Relay.Counters.HomeConnections).IsEqualTo(1);
        await Assert.That(refused.IsCut).IsTrue();
        await Assert.That(refused.AtRelay.CloseReason).IsEqualTo(RelayCloseReason.Refused);
        world.Advance(TimeSpan.FromSeconds(11));
        await Assert.That(forgotten.AtRelay.CloseReason).IsEqualTo(RelayCloseReason.HandshakeTimeout);
        world.Relay.HandleVerdict(world.Now, forgotten.AtRelay, isAdmitted: true);
        await Assert.That(world.Relay.LocalKeys).IsEqualTo(2);
    }

    [Test]
    public async Task Of_connections_with_one_key_the_one_that_came_or_spoke_last_is_sent_to()
    {
        using var world = new RelayWorld();
        var sender = world.Join();
        var first = world.Join();
        var second = world.Join(first.Key);
        var third = world.Join(first.Key);
        await Assert.That(world.Relay.Counters.DuplicateKeys).IsEqualTo(1);
        await Assert.That(world.Relay.Counters.DuplicateConnections).IsEqualTo(3);
        Send(1);
        first.Client.Ping("12345678"u8);
        world.Pass();
        Send(2);
        world.Hang(first);
        Send(3);
        world.Hang(third);
        Send(4);
        await Assert.That(string.Join(',', third.Packets)).IsEqualTo("01,03");
        await Assert.That(string.Join(',', first.Packets)).IsEqualTo("02");
        await Assert.That(string.Join(',', second.Packets)).IsEqualTo("04");
        await Assert.That(world.Relay.Counters.DuplicateKeys).IsEqualTo(0);
        await Assert.That(world.Relay.Counters.DuplicateConnections).IsEqualTo(0);
        await Assert.That(world.Relay.Counters.DuplicateConnectionsTotal).IsEqualTo(2);
        await Assert.That(sender.Messages.Any(text => text.StartsWith("PeerGone", StringComparison.Ordinal))).IsFalse();

        void Send(byte value)
        {
            sender.Client.Send(world.Now, first.Key.PublicKey, [value]);
            world.Pass();
        }
    }

    [Test]
    public async Task Only_discovery_is_told_that_nobody_is_there_three_times_at_once_and_then_once_a_second()
    {
        using var world = new RelayWorld();
        var node = world.Join();
        using var nobody = world.NewKey();
        for (var i = 0; i < 5; i++)
        {
            node.Client.Send(world.Now, nobody.PublicKey, [1]);
            node.Client.Send(world.Now, nobody.PublicKey, s_disco);
        }
        world.Pass();
        await Assert.That(Gone()).IsEqualTo(3);
        world.Advance(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 5; i++)
            node.Client.Send(world.Now, nobody.PublicKey, s_disco);
        world.Pass();
        await Assert.That(Gone()).IsEqualTo(5);
        await Assert.That(world.Relay.Counters.PacketsDropped(RelayDropReason.UnknownDestination, isDisco: true)).IsEqualTo(10);
        await Assert.That(world.Relay.Counters.PacketsDropped(RelayDropReason.UnknownDestination, isDisco: false)).IsEqualTo(5);

        int Gone() => node.Messages.Count(text => text == $"PeerGone {Convert.ToHexStringLower(nobody.PublicKey.Bytes)} 1");
    }

    [Test]
    public async Task Whoever_was_sent_something_is_told_once_when_its_sender_leaves()
    {
        using var world = new RelayWorld();
        var (a, b, stranger) = (world.Join(), world.Join(), world.Join());
        for (var i = 0; i < 3; i++)
            a.Client.Send(world.Now, b.Key.PublicKey, [1]);
        world.Pass();
        world.Hang(a);
        await Assert.That(b.Messages.Count(text => text == $"PeerGone {a.Name} 0")).IsEqualTo(1);
        await Assert.That(stranger.Messages.Any(text => text.StartsWith("PeerGone", StringComparison.Ordinal))).IsFalse();
        var again = world.Join(a.Key);
        again.Client.Send(world.Now, b.Key.PublicKey, [2]);
        world.Pass();
        world.Hang(again);
        await Assert.That(b.Messages.Count(text => text == $"PeerGone {a.Name} 0")).IsEqualTo(2);
    }

    [Test]
    public async Task A_client_over_its_rate_is_read_more_slowly_and_told_its_rate()
    {
        using var world = new RelayWorld(change: options => options with { ClientBytesPerSecond = 100_000, ClientBytesBurst = 100_000 });
        var (a, b) = (world.Join(), world.Join());
        await Assert.That(a.Messages[0]).IsEqualTo("ServerInfo 100000 100000");
        // Ours honours what it is told; one that does not is slowed down.
        using var key = world.NewKey();
        var rude = world.Connect(key);
        world.Pass();
        for (var i = 0; i < 300; i++)
            rude.Up.AddRange(FrameText.Frame(DerpFrameType.SendPacket, [.. b.Key.PublicKey.Bytes, .. new byte[968]]));
        world.Pass();
        await Assert.That(b.Packets.Count).IsBetween(99, 101);
        world.Advance(TimeSpan.FromSeconds(1));
        await Assert.That(b.Packets.Count).IsBetween(200, 202);
        world.Advance(TimeSpan.FromSeconds(1));
        await Assert.That(b.Packets.Count).IsEqualTo(300);
        var verdicts = Enumerable.Range(0, 120).Select(_ => a.Client.Send(world.Now, b.Key.PublicKey, new byte[963])).ToList();
        await Assert.That(verdicts.Count(verdict => verdict == DerpSendVerdict.Queued)).IsEqualTo(100);
        await Assert.That(verdicts[^1]).IsEqualTo(DerpSendVerdict.OverRate);
    }

    [Test]
    public async Task All_clients_together_keep_to_the_rate_of_all()
    {
        using var world = new RelayWorld(change: options => options with { TotalBytesPerSecond = 400_000 });
        var receiver = world.Join();
        for (var n = 0; n < 4; n++)
        {
            var sender = world.Join();
            for (var i = 0; i < 200; i++)
                sender.Up.AddRange(FrameText.Frame(DerpFrameType.SendPacket, [.. receiver.Key.PublicKey.Bytes, .. new byte[968]]));
        }
        world.Pass();
        var before = receiver.Packets.Count;
        world.Advance(TimeSpan.FromSeconds(1));
        await Assert.That(before).IsBetween(95, 110);
        await Assert.That(receiver.Packets.Count - before).IsBetween(390, 410);
    }

    [Test]
    public async Task A_restart_is_told_to_all()
    {
        using var world = new RelayWorld();
        var (a, b) = (world.Join(), world.Join());
        world.Relay.Restart(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1));
        world.Pass();
        await Assert.That(a.Messages[^1]).IsEqualTo("Restarting 2000 60000");
        await Assert.That(b.Messages[^1]).IsEqualTo("Restarting 2000 60000");
    }

    [Test]
    public async Task Moves_of_the_home_are_counted_once_the_client_has_arrived()
    {
        using var world = new RelayWorld();
        var node = world.Join();
        node.Client.NotePreferred(true);
        world.Pass();
        await Assert.That(world.Relay.Counters.HomeMovesIn).IsEqualTo(0);
        world.Advance(TimeSpan.FromSeconds(6));
        node.Client.NotePreferred(false);
        node.Client.NotePreferred(true);
        world.Pass();
        await Assert.That(world.Relay.Counters.HomeMovesIn).IsEqualTo(1);
        await Assert.That(world.Relay.Counters.HomeMovesOut).IsEqualTo(1);
        await Assert.That(world.Relay.Counters.HomeConnections).IsEqualTo(1);
        world.Hang(node);
        await Assert.That(world.Relay.Counters.HomeConnections).IsEqualTo(0);
    }

    [Test]
    public async Task What_is_said_before_the_greeting_comes_behind_the_hello()
    {
        using var world = new RelayWorld();
        var node = world.Connect();
        node.Client.NotePreferred(true);
        node.Client.Ping("12345678"u8);
        world.Pass();
        await Assert.That(node.Client.IsWelcome).IsTrue();
        await Assert.That(world.Relay.Counters.HomeConnections).IsEqualTo(1);
    }

    [Test]
    public async Task Forwarding_allocates_nothing()
    {
        using var world = new RelayWorld();
        var (a, b) = (world.Join(), world.Join());
        var frames = FrameText.Frame(DerpFrameType.SendPacket, [.. b.Key.PublicKey.Bytes, .. new byte[1400]]);
        byte[] stream = [.. frames, .. frames, .. frames, .. frames, .. frames, .. frames, .. frames];
        Forward(1000);
        var least = long.MaxValue;
        // The runtime may allocate something of its own in one of them.
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Forward(10_000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        await Assert.That(least).IsLessThan(1000);
        await Assert.That(world.Relay.Counters.PacketsSent).IsEqualTo(357_000);

        void Forward(int count)
        {
            var outbox = new RelayOutbox();
            for (var i = 0; i < count; i++)
            {
                // In pieces that cut frames, as records do.
                var cut = 1 + i % (stream.Length - 1);
                world.Relay.Handle(world.Now, a.AtRelay, stream.AsSpan(0, cut));
                world.Relay.Handle(world.Now, a.AtRelay, stream.AsSpan(cut));
                outbox.Clear();
                world.Relay.Poll(outbox);
                while (!world.Relay.Take(world.Now, b.AtRelay).IsEmpty)
                    world.Relay.HandleWritten(b.AtRelay, isWritten: true);
            }
        }
    }
}
