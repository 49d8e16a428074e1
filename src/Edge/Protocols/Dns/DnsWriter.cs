using System.Buffers.Binary;
using Edge.Foundation.Addresses;

namespace Edge.Protocols.Dns;

/// <summary>Writes an answer: its header, the question, records of the question's name. Names are not compressed.</summary>
internal ref struct DnsWriter
{
    /// <summary>The most that one question and one record of any of the kinds below take.</summary>
    public const int MostBytes = DnsHeader.Size + DnsName.MaxWire + 4 + DnsName.MaxWire + DnsRecordView.FixedSize + DnsName.MaxWire;

    private readonly Span<byte> _destination;
    private DnsHeader _header;

    /// <param name="destination">At least <see cref="MostBytes"/>.</param>
    /// <param name="header">Of an answer without records.</param>
    public DnsWriter(Span<byte> destination, DnsHeader header)
    {
        _destination = destination;
        _header = header;
        Length = DnsHeader.Size;
    }

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public void WriteQuestion(in DnsQuestion question)
    {
        WriteBytes(question.Name);
        WriteWord((ushort)question.Type);
        WriteWord(question.Class);
    }

    public void WriteAddress(in DnsQuestion question, uint timeToLive, IpAddress address)
    {
        WriteStart(question, address.IsV4 ? DnsType.A : DnsType.Aaaa, timeToLive, address.Size);
        address.Write(_destination[Length..]);
        Length += address.Size;
    }

    /// <param name="question">Whose name the record has.</param>
    /// <param name="timeToLive">Seconds.</param>
    /// <param name="name">A name's text.</param>
    public void WritePointer(in DnsQuestion question, uint timeToLive, ReadOnlySpan<char> name)
    {
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        var length = DnsName.ToWire(name, wire);
        WriteStart(question, DnsType.Ptr, timeToLive, length);
        WriteBytes(wire[..length]);
    }

    /// <summary>Writes the header, with the counts.</summary>
    public readonly int Finish()
    {
        _header.Write(_destination);
        return Length;
    }

    private void WriteStart(in DnsQuestion question, DnsType type, uint timeToLive, int dataLength)
    {
        WriteBytes(question.Name);
        WriteWord((ushort)type);
        WriteWord(DnsQuestion.Internet);
        BinaryPrimitives.WriteUInt32BigEndian(_destination[Length..], timeToLive);
        Length += 4;
        WriteWord((ushort)dataLength);
        _header = _header with { Answers = (ushort)(_header.Answers + 1) };
    }

    private void WriteBytes(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_destination[Length..]);
        Length += bytes.Length;
    }

    private void WriteWord(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_destination[Length..], value);
        Length += 2;
    }
}
