using System.Buffers.Binary;
using Edge.Foundation.Wire;

namespace Edge.Tests.Wire;

/// <summary>Patching recorded packets in place, as routers and checksums do.</summary>
public sealed class WireWriterTests
{
    /// <summary>A router takes one from the time to live and mends the checksum.</summary>
    [Test]
    public async Task A_packet_that_is_forwarded_changes_two_fields()
    {
        var packet = WireSamples.All.First(s => s.Message == nameof(Ipv4Header)).Bytes.ToArray();
        var before = packet.ToArray();
        Forward(packet);
        await Assert.That(Checksum(packet.AsSpan(0, 20))).IsEqualTo((ushort)0);
        await Assert.That(packet[8]).IsEqualTo((byte)(before[8] - 1));
        packet[8] = before[8];
        before.AsSpan(10, 2).CopyTo(packet.AsSpan(10));
        await Assert.That(packet).IsEquivalentTo(before);

        static void Forward(Span<byte> packet)
        {
            var header = new Ipv4Header.Writer(packet);
            header.TimeToLive--;
            header.Checksum = 0;
            header.Checksum = Checksum(packet[..Ipv4Header.Size]);
        }
    }

    [Test]
    public async Task Every_bit_field_is_set_without_touching_its_neighbours()
    {
        var buffer = new byte[Ipv4Header.Size];
        Set(buffer);
        await Assert.That(Convert.ToHexStringLower(buffer)).IsEqualTo("0fb90000" + "00005fff" + new string('0', 24));
        buffer.AsSpan().Fill(0xff);
        Set(buffer);
        await Assert.That(Convert.ToHexStringLower(buffer)).IsEqualTo("ffb9ffff" + "ffffdfff" + new string('f', 24));

        static void Set(Span<byte> buffer)
        {
            var header = new Ipv4Header.Writer(buffer);
            header.HeaderWords = 15;
            header.Dscp = 0x2e;
            header.Ecn = 1;
            header.DontFragment = true;
            header.MoreFragments = false;
            header.FragmentOffset = 0x1fff;
        }
    }

    [Test]
    public async Task Nested_messages_and_arrays_are_patched_in_place()
    {
        var pong = WireSamples.All.First(s => s.Message == nameof(DiscoPong)).Bytes.ToArray();
        Patch(pong);
        await Assert.That(Convert.ToHexStringLower(pong.AsSpan(2, 12))).IsEqualTo("0102030405060708090a0b0c");
        await Assert.That(BinaryPrimitives.ReadUInt16BigEndian(pong.AsSpan(30))).IsEqualTo((ushort)41641);

        static void Patch(Span<byte> pong)
        {
            var writer = new DiscoPong.Writer(pong);
            for (var i = 0; i < 12; i++)
                writer.TxId[i] = (byte)(i + 1);
            var source = writer.Source;
            source.Port = 41641;
        }
    }

    [Test]
    public async Task A_header_can_be_written_before_the_payload_is_in_its_place()
    {
        var sample = WireSamples.All.First(s => s.Message == nameof(WireGuardTransport)).Bytes;
        var buffer = new byte[sample.Length];
        sample.AsSpan(16).CopyTo(buffer.AsSpan(16));
        WireGuardTransport.WriteHeader(buffer, BinaryPrimitives.ReadUInt32LittleEndian(sample.AsSpan(4)), BinaryPrimitives.ReadUInt64LittleEndian(sample.AsSpan(8)));
        await Assert.That(buffer).IsEquivalentTo(sample);
    }

    /// <summary>RFC 1071; over a header with its checksum in place the result is 0.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (var i = 0; i < header.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        while (sum >> 16 != 0)
            sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }
}
