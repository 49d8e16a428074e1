using System.Buffers.Binary;

namespace Edge.Protocols.Dns;

/// <summary>
/// Walks a message behind its header (RFC 1035 section 4.1). Every method that returns false has met bytes that are no message, and leaves the reader where
/// it was. Each step reads on, and a name follows ten pointers at most, so that a message's length bounds the work.
/// </summary>
internal ref struct DnsReader(ReadOnlySpan<byte> message)
{
    /// <summary>More than a sane message needs: pointers are chained where a compressed name ends with a compressed name.</summary>
    private const int MostPointers = 10;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>Where the next thing starts.</summary>
    public int Offset { get; private set; } = DnsHeader.Size;

    /// <param name="buffer">At least <see cref="DnsName.MaxWire"/> bytes; gets the name.</param>
    /// <param name="question">Lives as long as the buffer.</param>
    public bool TryReadQuestion(Span<byte> buffer, out DnsQuestion question)
    {
        question = default;
        var at = Offset;
        if (!TryReadName(ref at, buffer, out var length) || _message.Length - at < 4)
            return false;
        question = new DnsQuestion(buffer[..length], (DnsType)BinaryPrimitives.ReadUInt16BigEndian(_message[at..]), BinaryPrimitives.ReadUInt16BigEndian(_message[(at + 2)..]));
        Offset = at + 4;
        return true;
    }

    /// <summary>Goes on at <paramref name="offset"/>, if the message is that long.</summary>
    public bool TrySkip(int offset)
    {
        if (offset > _message.Length)
            return false;
        Offset = offset;
        return true;
    }

    /// <summary>Walks over a record; its name is not looked at.</summary>
    public bool TryReadRecord(out DnsRecordView record)
    {
        record = default;
        var at = Offset;
        if (!TrySkipName(ref at) || _message.Length - at < DnsRecordView.FixedSize)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(_message[(at + 8)..]);
        if (_message.Length - at - DnsRecordView.FixedSize < length)
            return false;
        record = new DnsRecordView(_message, at, length);
        Offset = at + DnsRecordView.FixedSize + length;
        return true;
    }

    /// <summary>The name at some place of the message, as labels without compression.</summary>
    /// <param name="at">Moves behind the name where it stands, whatever its pointers point at.</param>
    /// <param name="buffer">At least <see cref="DnsName.MaxWire"/> bytes.</param>
    /// <param name="length">Bytes of it that are the name.</param>
    public readonly bool TryReadName(ref int at, Span<byte> buffer, out int length)
    {
        length = 0;
        var next = at;
        var end = -1;
        for (var pointers = 0; ;)
        {
            if ((uint)next >= (uint)_message.Length)
                return false;
            var first = _message[next++];
            switch (first & 0xc0)
            {
                case 0:
                    // The root's byte has its place.
                    if ((first != 0 && length + 1 + first > DnsName.MaxText) || first > _message.Length - next)
                        return false;
                    // A dot inside a label would be two labels in a name's text.
                    var label = _message.Slice(next, first);
                    if (label.Contains((byte)'.'))
                        return false;
                    buffer[length++] = first;
                    if (first == 0)
                    {
                        at = end < 0 ? next : end;
                        return true;
                    }
                    label.CopyTo(buffer[length..]);
                    length += first;
                    next += first;
                    break;
                case 0xc0:
                    if (next >= _message.Length || ++pointers > MostPointers)
                        return false;
                    var target = (first & 0x3f) << 8 | _message[next++];
                    if (end < 0)
                        end = next;
                    next = target;
                    break;
                default:
                    return false;
            }
        }
    }

    private readonly bool TrySkipName(ref int at)
    {
        while (at < _message.Length)
        {
            var first = _message[at++];
            if (first == 0)
                return true;
            if ((first & 0xc0) == 0xc0)
                return ++at <= _message.Length;
            if ((first & 0xc0) != 0)
                return false;
            at += first;
        }
        return false;
    }
}
