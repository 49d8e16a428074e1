using System.Buffers.Binary;

namespace Edge.Protocols.Dns;

// RFC 1035 section 4.1.3, behind the name:
//
//   |                     TYPE                      |
//   |                     CLASS                     |
//   |                      TTL                      |
//   |                                               |
//   |                   RDLENGTH                    |
//   |                     RDATA                     |

/// <summary>A record in a message; <see cref="DnsReader"/> has checked that it is all there.</summary>
internal readonly ref struct DnsRecordView(ReadOnlySpan<byte> message, int at, int length)
{
    /// <summary>Bytes between name and data.</summary>
    public const int FixedSize = 10;

    private readonly ReadOnlySpan<byte> _message = message;

    public DnsType Type => (DnsType)BinaryPrimitives.ReadUInt16BigEndian(_message[at..]);

    public ushort Class => BinaryPrimitives.ReadUInt16BigEndian(_message[(at + 2)..]);

    /// <summary>Seconds; a value with the top bit set counts as 0 (RFC 2181 section 8).</summary>
    public uint TimeToLive => BinaryPrimitives.ReadUInt32BigEndian(_message[TimeToLiveOffset..]) is var seconds and <= int.MaxValue ? seconds : 0;

    /// <summary>Where it stands in the message.</summary>
    public int TimeToLiveOffset => at + 4;

    public int DataOffset => at + FixedSize;

    public ReadOnlySpan<byte> Data => _message.Slice(DataOffset, length);
}
