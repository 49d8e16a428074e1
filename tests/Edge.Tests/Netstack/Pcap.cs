using System.Buffers.Binary;
using Edge.Foundation.Time;

namespace Edge.Tests.Netstack;

/// <summary>A capture file of raw IP packets (https://ietf-opsawg-wg.github.io/draft-ietf-opsawg-pcap/draft-ietf-opsawg-pcap.html).</summary>
internal sealed class Pcap : IDisposable
{
    private const int RawIp = 101; // LINKTYPE_RAW

    private readonly Stream _file;

    public Pcap(string path)
    {
        _file = File.Create(path);
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b23c4d);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], 262_144);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], RawIp);
        _file.Write(header);
    }

    public void Write(Timestamp now, ReadOnlySpan<byte> packet)
    {
        Span<byte> header = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(now.Nanoseconds / 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(now.Nanoseconds % 1_000_000_000));
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], packet.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], packet.Length);
        _file.Write(header);
        _file.Write(packet);
    }

    public void Dispose() => _file.Dispose();
}
