using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack;

/// <summary>What is not TCP: datagrams, fragments, echo, errors; and the pieces with vectors of their own.</summary>
public sealed class IpTests
{
    [Test]
    public async Task SipHash_gives_its_authors_vector()
    {
        // The reference implementation's vectors.h, input of 15 bytes.
        byte[] key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        var hash = new SipHash(key).Hash(key.AsSpan(0, 15));
        await Assert.That(hash).IsEqualTo(0xa129ca6149be45e5UL);
    }

    [Test]
    [Arguments(0, false)]
    [Arguments(1200, true)]
    [Arguments(1300, false)]
    [Arguments(9000, true)]
    [Arguments(65_507, false)]
    public async Task Datagrams_of_every_size_arrive_whole(int length, bool isV6)
    {
        var world = new World(link: new() { Delayed = 300, Doubled = 100 }, isV6: isV6, seed: 5);
        var there = world.B.Stack.Bind(null, 53);
        var here = world.A.Stack.Bind(world.A.Address, 5353);
        byte[] question = [.. Enumerable.Range(0, length).Select(i => Transfer.At(i))];
        await Assert.That(here.Send(new(world.A.Address, 5353), new(world.B.Address, 53), question)).IsTrue();
        world.Run(() => there.NextLength >= 0);
        var buffer = new byte[65_536];
        var received = there.Receive(buffer, out var local, out var remote);
        await Assert.That((received, local, remote)).IsEqualTo((length, new Endpoint(world.B.Address, 53), new Endpoint(world.A.Address, 5353)));
        await Assert.That(buffer.AsSpan(0, length).SequenceEqual(question)).IsTrue();
        await Assert.That(world.B.Stack.Blocks.Used).IsEqualTo(0);
    }

    // tailscale v1.96.5, net/packet/tsmp.go: 'p' and 8 bytes; 'o', the same bytes and a port.
    [Test]
    [Arguments(4321, "70a1a2a3a4a5a6a7a8", "6fa1a2a3a4a5a6a7a810e1")]
    [Arguments(0, "70a1a2a3a4a5a6a7a8ff", "6fa1a2a3a4a5a6a7a80000")]
    [Arguments(4321, "70a1a2a3a4a5a6a7", null)]
    [Arguments(4321, "2106410001000200", null)]
    [Arguments(4321, "61", null)]
    public async Task A_ping_between_nodes_is_answered_with_the_port_for_peers(int port, string message, string? expected)
    {
        var world = new World();
        world.B.Stack.PeerApiPort = (ushort)port;
        var payload = Convert.FromHexString(message);
        var packet = new byte[20 + payload.Length];
        Ipv4Header.WriteHeader(packet, 5, 0, 0, (ushort)packet.Length, 0, true, false, 0, 64, IpProtocol.Tsmp, 0, world.A.Address.V4Bits, world.B.Address.V4Bits);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(Ipv4Header.ChecksumOffset), InternetChecksum.Finish(InternetChecksum.Add(0, packet.AsSpan(0, 20))));
        payload.CopyTo(packet, 20);
        await Assert.That(world.B.Stack.Handle(default, packet)).IsEqualTo(DropReason.None);
        var outbox = new NetstackOutbox();
        world.B.Stack.Poll(default, outbox);
        var answer = new byte[1280];
        var answers = outbox.Packets.Length == 0 ? null : Convert.ToHexStringLower(answer.AsSpan(20, outbox.Packets[0].Write(0, answer) - 20));
        await Assert.That(answers).IsEqualTo(expected);
    }

    [Test]
    [Arguments(false, false, 0)]
    [Arguments(true, false, 0)]
    [Arguments(false, true, 4321)]
    [Arguments(true, true, 4321)]
    public async Task A_ping_is_answered_by_whom_was_pinged_and_once(bool isV6, bool isTsmp, int port)
    {
        var world = new World(link: new() { Doubled = 500 }, isV6: isV6, seed: 3);
        world.A.Stack.PeerApiPort = 1;
        world.B.Stack.PeerApiPort = (ushort)port;
        var heard = world.A.Pings;
        var takers = PacketTakers.None;
        world.BtoA.Drop = packet =>
        {
            takers |= world.A.Stack.TakersOf(packet);
            return false;
        };
        await Assert.That(world.A.Stack.Ping(world.Now, world.A.Address, world.B.Address, 77, isTsmp)).IsTrue();
        await Assert.That(world.A.Stack.Ping(world.Now, world.A.Address, world.B.Address, 77, isTsmp)).IsFalse();
        await Assert.That(world.A.Stack.Ping(world.Now, world.A.Address, world.B.Address, 78, isTsmp)).IsTrue();
        world.A.Stack.ForgetPing(78);
        world.Run(() => heard.Count > 0);
        world.Run(TimeSpan.FromSeconds(1));
        await Assert.That(heard.Select(static pong => (pong.Token, (int)pong.PeerApiPort))).IsEquivalentTo([(77UL, port)]);
        await Assert.That(heard[0].RoundTrip).IsGreaterThan(TimeSpan.Zero);
        // Beside a system that has the same address, which may have pinged too.
        await Assert.That(takers).IsEqualTo(isTsmp ? PacketTakers.Stack : PacketTakers.Both);
    }

    [Test]
    public async Task Pings_under_way_are_bounded()
    {
        var world = new World();
        for (var token = 0UL; token < IpStack.MaxPings; token++)
            await Assert.That(world.A.Stack.Ping(world.Now, world.A.Address, world.B.Address, token, isTsmp: false)).IsTrue();
        await Assert.That(world.A.Stack.Ping(world.Now, world.A.Address, world.B.Address, 999, isTsmp: false)).IsFalse();
        world.Run(() => world.A.Pings.Count == IpStack.MaxPings);
        await Assert.That(world.A.Stack.Ping(world.Now, world.A.Address, world.B.Address, 999, isTsmp: false)).IsTrue();
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task An_error_about_a_datagram_in_fragments_quotes_the_first(bool isV6)
    {
        var world = new World(link: new() { Delayed = 300, Doubled = 100 }, isV6: isV6, seed: 5);
        byte[]? first = null, error = null;
        world.AtoB.Drop = packet =>
        {
            first ??= packet;
            return false;
        };
        world.BtoA.Drop = packet =>
        {
            error = packet;
            return false;
        };
        var here = world.A.Stack.Bind(world.A.Address, 5353);
        here.Send(new(world.A.Address, 5353), new(world.B.Address, 54), new byte[9000]);
        world.Run(() => error is not null);
        // IP header and ICMP header of the error, then as much of the packet as it may quote.
        var quote = error.AsMemory(isV6 ? 48 : 28);
        await Assert.That(error!.Length).IsEqualTo(isV6 ? 1280 : 576);
        await Assert.That(quote.Span.SequenceEqual(first.AsSpan(0, quote.Length))).IsTrue();
    }

    [Test]
    public async Task Unread_datagrams_are_bounded()
    {
        var world = new World();
        var there = world.B.Stack.Bind(null, 53);
        var here = world.A.Stack.Bind(world.A.Address, 5353);
        for (var i = 0; i < 1000; i++)
        {
            here.Send(new(world.A.Address, 5353), new(world.B.Address, 53), new byte[100]);
            world.Run(TimeSpan.FromMilliseconds(2));
        }
        await Assert.That((there.Dropped, world.B.Stack.Blocks.Used)).IsEqualTo((936L, 256L * 1024));
        there.Close();
        await Assert.That(world.B.Stack.Blocks.Used).IsEqualTo(0);
    }

    [Test]
    public async Task Fragments_that_overlap_or_never_come_hold_a_bounded_amount()
    {
        var world = new World(seed: 9);
        var dice = new Random(9);
        var packet = new byte[1280];
        for (var i = 0; i < 20_000; i++)
        {
            Edge.Foundation.Wire.Ipv4Header.WriteHeader(packet, 5, 0, 0, 1280, (ushort)dice.Next(), false, true, (ushort)dice.Next(8000), 64,
                Edge.Foundation.Wire.IpProtocol.Udp, 0, world.A.Address.V4Bits, world.B.Address.V4Bits);
            packet[10] = packet[11] = 0;
            var sum = InternetChecksum.Finish(InternetChecksum.Add(0, packet.AsSpan(0, 20)));
            (packet[10], packet[11]) = ((byte)(sum >> 8), (byte)sum);
            world.B.Stack.Handle(world.Now, packet.AsSpan(0, 1276));
        }
        await Assert.That(world.B.Stack.Drops(DropReason.Malformed) + world.B.Stack.Drops(DropReason.Reassembly)).IsEqualTo(20_000);
    }

    [Test]
    public async Task A_smaller_path_is_learnt_from_its_router()
    {
        var world = new World(new() { Mtu = 9000 }, new() { Mtu = 9000 });
        // A router in the middle that takes 1,400 bytes, and says so.
        world.AtoB.Drop = packet =>
        {
            if (packet.Length <= 1400)
                return false;
            world.A.Stack.Handle(world.Now, Icmp.TooBig(packet, 1400));
            return true;
        };
        await TcpTransferTests.Both(world, 500_000, 1000);
        await Assert.That(world.AtoB.Dropped).IsGreaterThan(0);
    }

    [Test]
    public async Task A_forged_too_big_about_another_sequence_number_changes_nothing()
    {
        var world = new World(new() { Mtu = 9000 }, new() { Mtu = 9000 });
        world.B.Stack.Listen(null, 80);
        var client = world.A.Connect(world.B);
        byte[]? large = null;
        world.AtoB.Drop = packet =>
        {
            large = packet.Length > 4000 ? packet : large;
            return false;
        };
        client.Write(new byte[8000]);
        world.Run(() => large is not null);
        world.Run(TimeSpan.FromSeconds(1));
        var forged = Icmp.TooBig(Segment.WithSequence(large!, Segment.Tcp(large!).Sequence + 100_000_000), 600);
        world.A.Stack.Handle(world.Now, forged);
        large = null;
        client.Write(new byte[8000]);
        world.Run(() => large is not null, TimeSpan.FromSeconds(1));
        await Assert.That(large).IsNotNull();
        // Nor for those that come after it.
        var next = world.A.Connect(world.B);
        large = null;
        next.Write(new byte[8000]);
        world.Run(() => large is not null, TimeSpan.FromSeconds(1));
        await Assert.That(large).IsNotNull();
    }
}
