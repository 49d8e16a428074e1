using System.Buffers.Binary;
using Edge.Dataplane.Offload;
using Edge.Foundation.Wire;

namespace Edge.Tests.Dataplane;

public sealed class PacketCutTests
{
    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_large_tcp_packet_becomes_segments_that_a_receiver_takes_for_the_same_stream(bool isV4)
    {
        var payload = TestPacket.Payload(10_001);
        var flags = TcpFlags.Ack | TcpFlags.Psh | TcpFlags.Fin | TcpFlags.Cwr;
        var segments = Cut(TestPacket.Tcp(isV4, 0xffff_f000, payload, flags, options: [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]), isV4 ? VirtioHeader.KindTcpV4 : VirtioHeader.KindTcpV6, 1348);

        await Assert.That(segments.Count).IsEqualTo(8);
        var transport = isV4 ? 20 : 40;
        var sequence = 0xffff_f000u;
        List<byte> joined = [];
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            await Assert.That(SlowChecksum.Verifies(segment)).IsTrue();
            await Assert.That(BinaryPrimitives.ReadUInt32BigEndian(segment.AsSpan(transport + 4))).IsEqualTo(sequence);
            var expected = TcpFlags.Ack | (i == 0 ? TcpFlags.Cwr : 0) | (i == 7 ? TcpFlags.Psh | TcpFlags.Fin : 0);
            await Assert.That((TcpFlags)segment[transport + 13]).IsEqualTo(expected);
            if (isV4)
                await Assert.That(BinaryPrimitives.ReadUInt16BigEndian(segment.AsSpan(4))).IsEqualTo((ushort)(7 + i));
            var part = segment[(transport + 32)..];
            joined.AddRange(part);
            sequence += (uint)part.Length;
        }
        await Assert.That(joined.SequenceEqual(payload)).IsTrue();
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_large_udp_packet_becomes_datagrams(bool isV4)
    {
        var payload = TestPacket.Payload(5_000);
        var datagrams = Cut(TestPacket.Udp(isV4, payload), VirtioHeader.KindUdp, 1200);
        await Assert.That(datagrams.Count).IsEqualTo(5);
        await Assert.That(datagrams.All(datagram => SlowChecksum.Verifies(datagram))).IsTrue();
        await Assert.That(datagrams.SelectMany(datagram => datagram[((isV4 ? 20 : 40) + 8)..]).SequenceEqual(payload)).IsTrue();
    }

    [Test]
    [Arguments(true)]
    [Arguments(false)]
    public async Task A_single_packet_gets_its_checksum_completed_and_is_else_left_alone(bool isV4)
    {
        var finished = TestPacket.Udp(isV4, TestPacket.Payload(99));
        var transport = isV4 ? 20 : 40;
        var unfinished = finished.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(unfinished.AsSpan(transport + 6), TestPacket.PseudoSum(finished));
        await Assert.That(CutBy(unfinished, new VirtioHeader { Flags = VirtioHeader.NeedsChecksum, ChecksumStart = (ushort)transport, ChecksumOffset = 6 }).Single().SequenceEqual(finished)).IsTrue();
        await Assert.That(CutBy(finished, default).Single().SequenceEqual(finished)).IsTrue();
    }

    [Test]
    public async Task Headers_that_contradict_the_packet_are_refused_and_never_read_beyond_it()
    {
        var random = new Random(1);
        var packet = TestPacket.Tcp(true, 1, TestPacket.Payload(500));
        var begun = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var bytes = packet.AsSpan(0, random.Next(packet.Length + 1)).ToArray();
            if (bytes.Length > 0)
                bytes[random.Next(Math.Min(bytes.Length, 40))] = (byte)random.Next();
            var virtio = new VirtioHeader
            {
                Flags = (byte)random.Next(2),
                Kind = (byte)random.Next(7),
                SegmentSize = (ushort)(random.Next(3) == 0 ? random.Next(65_536) : random.Next(50)),
                ChecksumStart = (ushort)(random.Next(2) == 0 ? 20 : random.Next(65_536)),
                ChecksumOffset = (ushort)(random.Next(2) == 0 ? 16 : random.Next(65_536)),
            };
            begun += CutBy(bytes, virtio).Count > 0 ? 1 : 0;
        }
        await Assert.That(begun).IsGreaterThan(1_000);
    }

    private static List<byte[]> Cut(byte[] packet, byte kind, int size) => CutBy(packet, new VirtioHeader
    {
        Flags = VirtioHeader.NeedsChecksum,
        Kind = kind,
        SegmentSize = (ushort)size,
        ChecksumStart = (ushort)(packet[0] >> 4 == 4 ? 20 : 40),
        ChecksumOffset = (ushort)(kind == VirtioHeader.KindUdp ? 6 : 16),
    });

    private static List<byte[]> CutBy(byte[] packet, in VirtioHeader virtio)
    {
        List<byte[]> segments = [];
        if (!PacketCut.TryBegin(packet, virtio, out var cut))
            return segments;
        while (!cut.IsDone)
        {
            var segment = new byte[cut.NextSize];
            if (cut.Next(segment) != segment.Length)
                throw new InvalidOperationException("a segment is as long as was said");
            segments.Add(segment);
        }
        return segments;
    }
}
