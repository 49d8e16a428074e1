using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Lab.World;

/// <summary>A capture file for tshark and Wireshark: datagrams as IPv4 packets (LINKTYPE_RAW) with virtual times in nanoseconds.</summary>
internal sealed class PcapWriter : IDisposable
{
    private const uint NanosecondMagic = 0xa1b2_3c4d;
    private const uint LinkTypeRaw = 101;
    private const int Headers = Ipv4Header.Size + UdpHeader.Size;

    private readonly FileStream _file;

    public PcapWriter(string path)
    {
        _file = File.Create(path);
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, NanosecondMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 65_535);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], LinkTypeRaw);
        _file.Write(header);
    }

    public void Write(Timestamp now, Endpoint from, Endpoint to, ReadOnlySpan<byte> datagram)
    {
        Span<byte> record = stackalloc byte[16];
        var length = Headers + datagram.Length;
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)(now.Nanoseconds / 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], (uint)(now.Nanoseconds % 1_000_000_000));
        BinaryPrimitives.WriteInt32LittleEndian(record[8..], length);
        BinaryPrimitives.WriteInt32LittleEndian(record[12..], length);
        _file.Write(record);

        Span<byte> headers = stackalloc byte[Headers];
        headers.Clear();
        headers[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(headers[2..], (ushort)length);
        headers[8] = 64;
        headers[9] = (byte)IpProtocol.Udp;
        from.Address.Write(headers[12..]);
        to.Address.Write(headers[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(headers[20..], from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(headers[22..], to.Port);
        BinaryPrimitives.WriteUInt16BigEndian(headers[24..], (ushort)(UdpHeader.Size + datagram.Length));
        _file.Write(headers);
        _file.Write(datagram);
    }

    public void Dispose() => _file.Dispose();
}
