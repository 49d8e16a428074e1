using System.Buffers.Binary;

namespace Edge.Protocols.Dns;

// RFC 1035 section 4.1.1, with AD and CD of RFC 2535 section 6.1:
//
//   |                      ID                       |
//   |QR|   Opcode  |AA|TC|RD|RA| Z|AD|CD|   RCODE   |
//   |                    QDCOUNT                    |
//   |                    ANCOUNT                    |
//   |                    NSCOUNT                    |
//   |                    ARCOUNT                    |

/// <summary>The first twelve bytes of a message.</summary>
internal readonly record struct DnsHeader(ushort Id, ushort Flags, ushort Questions, ushort Answers, ushort Authorities, ushort Additionals)
{
    public const int Size = 12;

    public const ushort Response = 0x8000, Authoritative = 0x0400, Truncated = 0x0200, RecursionDesired = 0x0100, RecursionAvailable = 0x0080;
    public const ushort AuthenticData = 0x0020, CheckingDisabled = 0x0010, CodeMask = 0x000f;

    private const ushort Reserved = 0x0040;

    public bool IsResponse => (Flags & Response) != 0;

    public bool IsTruncated => (Flags & Truncated) != 0;

    public DnsCode Code => (DnsCode)(Flags & CodeMask);

    /// <summary>The start of an answer to this question: its flags stay, as other servers keep them, and no count but that of the questions is set.</summary>
    /// <param name="code">The result.</param>
    /// <param name="questions">0 or 1.</param>
    public DnsHeader Answer(DnsCode code, ushort questions) =>
        new(Id, (ushort)((Flags & ~(CodeMask | Reserved)) | Response | (ushort)code), questions, 0, 0, 0);

    public DnsHeader With(ushort flags) => this with { Flags = (ushort)(Flags | flags) };

    public static bool TryRead(ReadOnlySpan<byte> message, out DnsHeader header)
    {
        header = default;
        if (message.Length < Size)
            return false;
        header = new(Word(message, 0), Word(message, 2), Word(message, 4), Word(message, 6), Word(message, 8), Word(message, 10));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, Id);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], Flags);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], Questions);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], Answers);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], Authorities);
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], Additionals);
    }

    private static ushort Word(ReadOnlySpan<byte> message, int at) => BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
}
