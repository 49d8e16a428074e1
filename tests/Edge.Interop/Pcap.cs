using System.Buffers.Binary;

namespace Edge.Interop;

/// <summary>Captures as tcpdump writes them (the classic format, little-endian): Ethernet, IPv4, UDP.</summary>
internal static class Pcap
{
    private const int FileHeader = 24;
    private const int RecordHeader = 16;
    private const int Ethernet = 14;
    private const int Udp = 8;

    /// <summary>The payloads of UDP over IPv4.</summary>
    public static IEnumerable<byte[]> Datagrams(byte[] file)
    {
        for (var at = FileHeader; at + RecordHeader <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 8));
            var frame = file.AsSpan(at + RecordHeader, Math.Min(length, file.Length - at - RecordHeader)).ToArray();
            at += RecordHeader + length;
            if (frame.Length < Ethernet + 28 || frame[Ethernet] >> 4 != 4 || frame[Ethernet + 9] != 17)
                continue;
            var payload = Ethernet + (frame[Ethernet] & 15) * 4 + Udp;
            if (payload < frame.Length)
                yield return frame[payload..];
        }
    }
}
