using Edge.Dataplane.Offload;
using Edge.Foundation.Wire;

namespace Edge.Tests.Dataplane;

public sealed class PacketJoinTests
{
    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task What_was_joined_is_cut_into_the_same_packets_again(bool isV4)
    {
        List<byte[]> packets = [];
        for (var i = 0; i < 20; i++)
            packets.Add(TestPacket.Tcp(isV4, (uint)(1000 + i * 1300), TestPacket.Payload(i == 19 ? 77 : 1300, i), i == 19 ? TcpFlags.Ack | TcpFlags.Psh : TcpFlags.Ack, id: (ushort)(7 + i)));
        var written = Join(packets);
        await Assert.That(written.Count).IsEqualTo(1);
        await Assert.That(Same(Cut(written[0]), packets)).IsTrue();
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task Datagrams_of_one_flow_are_joined_where_the_system_cuts_them(bool isV4)
    {
        List<byte[]> packets = [.. Enumerable.Range(0, 5).Select(i => TestPacket.Udp(isV4, TestPacket.Payload(i == 4 ? 10 : 900, i)))];
        // The identification is not a datagram's own affair: the cut counts it up.
        await Assert.That(Join(packets).Count).IsEqualTo(1);
        await Assert.That(Join(packets, joinsUdp: false).Count).IsEqualTo(5);
    }

    [Test]
    public async Task A_segment_with_a_wrong_checksum_stays_alone_and_untouched()
    {
        var packets = Enumerable.Range(0, 5).Select(i => TestPacket.Tcp(true, (uint)(i * 100), TestPacket.Payload(100, i))).ToList();
        packets[2][^1] ^= 1;
        var written = Join(packets);
        await Assert.That(written.Count).IsEqualTo(3);
        await Assert.That(written[1].Virtio.Flags).IsEqualTo((byte)0);
        await Assert.That(written[1].Packet.SequenceEqual(packets[2])).IsTrue();
    }

    [Test]
    public async Task A_first_segment_with_a_wrong_checksum_is_joined_by_nobody()
    {
        var packets = Enumerable.Range(0, 3).Select(i => TestPacket.Tcp(true, (uint)(i * 100), TestPacket.Payload(100, i))).ToList();
        packets[0][^1] ^= 1;
        var written = Join(packets);
        await Assert.That(written.Count).IsEqualTo(2);
        await Assert.That(written[0].Packet.SequenceEqual(packets[0])).IsTrue();
    }

    [Test]
    public async Task Whatever_differs_ends_the_group()
    {
        var first = TestPacket.Tcp(true, 0, TestPacket.Payload(100));
        List<(string What, byte[] Second)> cases =
        [
            ("a gap", TestPacket.Tcp(true, 101, TestPacket.Payload(100))),
            ("an overlap", TestPacket.Tcp(true, 99, TestPacket.Payload(100))),
            ("a longer one", TestPacket.Tcp(true, 100, TestPacket.Payload(101))),
            ("another port", TestPacket.Tcp(true, 100, TestPacket.Payload(100), sourcePort: 1001)),
            ("FIN", TestPacket.Tcp(true, 100, TestPacket.Payload(100), TcpFlags.Ack | TcpFlags.Fin)),
            ("options", TestPacket.Tcp(true, 100, TestPacket.Payload(100), options: [1, 1, 1, 1])),
            ("no payload", TestPacket.Tcp(true, 100, [])),
            ("the other family", TestPacket.Tcp(false, 100, TestPacket.Payload(100))),
        ];
        foreach (var (what, second) in cases)
            await Assert.That(Join([first, second]).Count).IsEqualTo(2).Because(what);
        await Assert.That(Join([first, TestPacket.Tcp(true, 100, TestPacket.Payload(100))]).Count).IsEqualTo(1);
        var pushed = TestPacket.Tcp(true, 0, TestPacket.Payload(100), TcpFlags.Ack | TcpFlags.Psh);
        await Assert.That(Join([pushed, TestPacket.Tcp(true, 100, TestPacket.Payload(100))]).Count).IsEqualTo(2).Because("PSH");
    }

    [Test]
    public async Task Random_packets_come_out_in_order_and_unchanged()
    {
        var random = new Random(3);
        for (var round = 0; round < 300; round++)
        {
            List<byte[]> packets = [];
            uint[] sequences = [0, 5_000_000];
            for (var i = 0; i < 60; i++)
            {
                var flow = random.Next(4) == 0 ? 1 : 0;
                var payload = TestPacket.Payload(random.Next(3) == 0 ? random.Next(500) : 500, i);
                packets.Add(TestPacket.Tcp(true, sequences[flow], payload, random.Next(9) == 0 ? TcpFlags.Ack | TcpFlags.Psh : TcpFlags.Ack, (ushort)(1000 + flow), id: 7));
                sequences[flow] += (uint)payload.Length;
                if (random.Next(20) == 0)
                    packets[^1] = TestPacket.Payload(random.Next(1, 200), i);
            }
            await Assert.That(Same([.. Join(packets).SelectMany(Cut)], packets)).IsTrue();
        }
    }

    private static bool Same(List<byte[]> cut, List<byte[]> packets) =>
        cut.Count == packets.Count && cut.Zip(packets).All(pair => Plain(pair.First).SequenceEqual(Plain(pair.Second)));

    /// <summary>Without IPv4's identification and the checksum over it: joined packets have the first one's, counted up.</summary>
    private static byte[] Plain(byte[] packet)
    {
        var plain = packet.ToArray();
        if (plain.Length >= 20 && plain[0] == 0x45)
        {
            plain.AsSpan(4, 2).Clear();
            plain.AsSpan(10, 2).Clear();
        }
        return plain;
    }

    private static List<byte[]> Cut(Written written)
    {
        if (written.Virtio.Kind == VirtioHeader.KindNone)
            return [written.Packet];
        if (!PacketCut.TryBegin(written.Packet, written.Virtio, out var cut))
            throw new InvalidOperationException("what was joined can be cut");
        List<byte[]> segments = [];
        while (!cut.IsDone)
        {
            segments.Add(new byte[cut.NextSize]);
            _ = cut.Next(segments[^1]);
        }
        return segments;
    }

    private static List<Written> Join(List<byte[]> packets, bool joinsUdp = true)
    {
        var sink = new Sink();
        var join = new PacketJoin(sink, joinsUdp);
        // In memory that does not move, as in the program.
        var memory = GC.AllocateArray<byte>(packets.Sum(packet => packet.Length), pinned: true);
        var at = 0;
        foreach (var packet in packets)
        {
            packet.CopyTo(memory.AsSpan(at));
            join.Add(memory.AsSpan(at, packet.Length));
            at += packet.Length;
        }
        join.Flush();
        return sink.Packets;
    }

    private sealed record Written(VirtioHeader Virtio, byte[] Packet);

    private sealed class Sink : IPacketSink
    {
        public List<Written> Packets { get; } = [];

        public unsafe void Write(in VirtioHeader virtio, ReadOnlySpan<PacketPiece> pieces)
        {
            List<byte> packet = [];
            foreach (var piece in pieces)
                packet.AddRange(new ReadOnlySpan<byte>(piece.Start, piece.Length));
            Packets.Add(new Written(virtio, [.. packet]));
        }
    }
}
