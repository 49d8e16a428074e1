using System.Buffers.Binary;

namespace Edge.Foundation.Wire;

/// <summary>Option kinds (IANA "TCP Option Kind Numbers") that Edge names; others occur.</summary>
internal enum TcpOptionKind : byte
{
    End = 0,
    NoOperation = 1,
    MaximumSegmentSize = 2,
    WindowScale = 3,
    SackPermitted = 4,
    Sack = 5,
    Timestamps = 8,
}

/// <summary>One option and its data, without kind and length. The typed forms are false when the kind or length is another.</summary>
internal readonly ref struct TcpOption(TcpOptionKind kind, ReadOnlySpan<byte> data)
{
    public TcpOptionKind Kind { get; } = kind;

    public ReadOnlySpan<byte> Data { get; } = data;

    /// <summary>RFC 9293 section 3.7.1.</summary>
    public bool TryGetMaximumSegmentSize(out ushort bytes)
    {
        bytes = 0;
        return Kind == TcpOptionKind.MaximumSegmentSize && Data.Length == 2 && BinaryPrimitives.TryReadUInt16BigEndian(Data, out bytes);
    }

    /// <summary>RFC 7323 section 2.2; more than 14 must be taken as 14 (section 2.3), which is left to the caller.</summary>
    public bool TryGetWindowScale(out byte shift)
    {
        var found = Kind == TcpOptionKind.WindowScale && Data.Length == 1;
        shift = found ? Data[0] : (byte)0;
        return found;
    }

    /// <summary>RFC 7323 section 3.2: TSval and TSecr.</summary>
    public bool TryGetTimestamps(out uint value, out uint echo)
    {
        value = echo = 0;
        return Kind == TcpOptionKind.Timestamps && Data.Length == 8
            && BinaryPrimitives.TryReadUInt32BigEndian(Data, out value)
            && BinaryPrimitives.TryReadUInt32BigEndian(Data[4..], out echo);
    }

    /// <summary>RFC 2018 section 3: how many blocks a SACK option holds, 0 for anything else.</summary>
    public int SackBlocks => Kind == TcpOptionKind.Sack && Data.Length % 8 == 0 ? Data.Length / 8 : 0;

    /// <summary>Block <paramref name="index"/> below <see cref="SackBlocks"/>: first sequence number in it, and first behind it.</summary>
    public (uint Left, uint Right) SackBlock(int index)
    {
        var block = Data.Slice(index * 8, 8);
        return (BinaryPrimitives.ReadUInt32BigEndian(block), BinaryPrimitives.ReadUInt32BigEndian(block[4..]));
    }
}

/// <summary>
/// Walks the options of a TCP header (RFC 9293 section 3.2). No-operations are skipped; End ends the walk, and what follows it is padding.
/// </summary>
internal ref struct TcpOptions(ReadOnlySpan<byte> options)
{
    private ReadOnlySpan<byte> _rest = options;

    /// <summary>An option was cut short or its length below 2; nothing behind it can be trusted.</summary>
    public bool IsMalformed { get; private set; }

    public bool TryNext(out TcpOption option)
    {
        option = default;
        while (!_rest.IsEmpty && _rest[0] == (byte)TcpOptionKind.NoOperation)
            _rest = _rest[1..];
        if (_rest.IsEmpty || _rest[0] == (byte)TcpOptionKind.End)
            return false;
        var length = _rest.Length < 2 ? 0 : _rest[1];
        if (length < 2 || length > _rest.Length)
        {
            IsMalformed = true;
            _rest = default;
            return false;
        }
        option = new TcpOption((TcpOptionKind)_rest[0], _rest[2..length]);
        _rest = _rest[length..];
        return true;
    }
}
