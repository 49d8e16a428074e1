using System.Buffers.Binary;
using Edge.Foundation.Time;

namespace Edge.Protocols.Dns;

/// <summary>
/// Answers of other servers, for as long as they said (RFC 2308: also that a name or a type does not exist). Bounded in number and bytes; what was used
/// longest ago goes first. An answer from it has the question as it was asked, and times that have run down.
/// </summary>
/// <param name="mostEntries">Answers.</param>
/// <param name="mostBytes">Of all answers and their keys together.</param>
internal sealed class DnsCache(int mostEntries = 2048, int mostBytes = 1 << 20)
{
    private const uint LongestTime = 86_400;

    /// <summary>That something does not exist is believed so long, whatever the zone says (RFC 2308 section 5 advises one to three hours at most).</summary>
    private const uint LongestAbsence = 900;

    /// <summary>Of one answer, in bytes.</summary>
    private const int LargestAnswer = 8192;

    private readonly Dictionary<byte[], LinkedListNode<Entry>> _entries = new(new BytesComparer());
    private readonly LinkedList<Entry> _byUse = new();
    private int _bytes;

    public int Count => _entries.Count;

    /// <summary>Of all answers and their keys.</summary>
    public int Bytes => _bytes;

    public void Clear()
    {
        _entries.Clear();
        _byUse.Clear();
        _bytes = 0;
    }

    /// <summary>What questions have in common that may have one answer. False: its answer is meant for nobody else.</summary>
    /// <param name="query">A question.</param>
    /// <param name="key">At least <see cref="DnsName.MaxWire"/> + 8 bytes.</param>
    /// <param name="length">Bytes of the key.</param>
    public static bool TryKey(ReadOnlySpan<byte> query, Span<byte> key, out int length)
    {
        length = 0;
        Span<byte> name = stackalloc byte[DnsName.MaxWire];
        scoped var reader = new DnsReader(query);
        if (!DnsHeader.TryRead(query, out var header) || header.Questions != 1 || (header.Flags & 0x7800) != 0 || !reader.TryReadQuestion(name, out var question)
            || !DnsMessage.TryFindOpt(query, out var opt, out var hasOptions, out var wantsSignatures) || hasOptions)
            return false;
        foreach (var value in question.Name)
            key[length++] = DnsName.ToLower(value);
        BinaryPrimitives.WriteUInt16BigEndian(key[length..], (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(key[(length + 2)..], question.Class);
        BinaryPrimitives.WriteUInt16BigEndian(key[(length + 4)..], (ushort)(header.Flags & (DnsHeader.RecursionDesired | DnsHeader.AuthenticData | DnsHeader.CheckingDisabled)));
        key[length + 6] = (byte)((opt > 0 ? 1 : 0) | (wantsSignatures ? 2 : 0));
        length += 7;
        return true;
    }

    /// <param name="now">The time.</param>
    /// <param name="key">Of the question.</param>
    /// <param name="query">The question itself.</param>
    /// <returns>Null: there is none.</returns>
    public byte[]? Find(Timestamp now, ReadOnlySpan<byte> key, ReadOnlySpan<byte> query)
    {
        if (!_entries.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var node))
            return null;
        if (node.Value.Expires <= now)
        {
            Remove(node);
            return null;
        }
        _byUse.Remove(node);
        _byUse.AddFirst(node);
        var answer = node.Value.Message.AsSpan().ToArray();
        Age(answer, (uint)Math.Min(uint.MaxValue, (now - node.Value.Stored).TotalSeconds));
        // The name in the case in which it was asked, which some use against forgers (draft-vixie-dnsext-dns0x20).
        query.Slice(DnsHeader.Size, node.Value.NameLength).CopyTo(answer.AsSpan(DnsHeader.Size));
        query[..2].CopyTo(answer);
        return answer;
    }

    /// <summary>Keeps an answer, if it may be kept and how long is known.</summary>
    /// <param name="now">The time.</param>
    /// <param name="key">Of the question.</param>
    /// <param name="answer">As it came.</param>
    public void Add(Timestamp now, ReadOnlySpan<byte> key, ReadOnlySpan<byte> answer)
    {
        if (answer.Length > Math.Min(LargestAnswer, mostBytes / 4) || !TryReadLife(answer, out var seconds, out var nameLength) || seconds == 0)
            return;
        var lookup = _entries.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (lookup.TryGetValue(key, out var before))
            Remove(before);
        var message = answer.ToArray();
        // It speaks for itself no more.
        message[2] = (byte)(message[2] & ~(DnsHeader.Authoritative >> 8));
        var entry = new Entry(key.ToArray(), message, nameLength, now, now + TimeSpan.FromSeconds(seconds));
        _entries.Add(entry.Key, _byUse.AddFirst(entry));
        _bytes += entry.Size;
        while (_entries.Count > mostEntries || _bytes > mostBytes)
            Remove(_byUse.Last!);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _entries.Remove(node.Value.Key);
        _byUse.Remove(node);
        _bytes -= node.Value.Size;
    }

    /// <summary>How long the answer may be kept, in seconds.</summary>
    private static bool TryReadLife(ReadOnlySpan<byte> answer, out uint seconds, out int nameLength)
    {
        (seconds, nameLength) = (LongestTime, 0);
        Span<byte> name = stackalloc byte[DnsName.MaxWire];
        scoped var reader = new DnsReader(answer);
        if (!DnsHeader.TryRead(answer, out var header) || header.IsTruncated || header.Questions != 1 || header.Code is not (DnsCode.Success or DnsCode.NameError)
            || !reader.TryReadQuestion(name, out var question) || reader.Offset != DnsHeader.Size + question.Size)
            return false;
        nameLength = question.Name.Length;
        var records = header.Answers + header.Authorities + header.Additionals;
        var isAbsent = header.Code == DnsCode.NameError || header.Answers == 0;
        var hasZone = false;
        for (var i = 0; i < records; i++)
        {
            if (!reader.TryReadRecord(out var record))
                return false;
            if (record.Type == DnsType.Opt)
                continue;
            seconds = Math.Min(seconds, record.TimeToLive);
            if (record.Type != DnsType.Soa || !isAbsent || i < header.Answers || i >= header.Answers + header.Authorities || record.Data.Length < 4)
                continue;
            // RFC 2308 section 5: the record's own time or its MINIMUM, the last field, whichever is less.
            hasZone = true;
            seconds = Math.Min(Math.Min(seconds, LongestAbsence), BinaryPrimitives.ReadUInt32BigEndian(record.Data[^4..]));
        }
        return hasZone || !isAbsent;
    }

    private static void Age(Span<byte> answer, uint seconds)
    {
        if (!DnsHeader.TryRead(answer, out var header))
            return;
        Span<byte> name = stackalloc byte[DnsName.MaxWire];
        scoped var reader = new DnsReader(answer);
        if (!reader.TryReadQuestion(name, out _))
            return;
        var records = header.Answers + header.Authorities + header.Additionals;
        for (var i = 0; i < records && reader.TryReadRecord(out var record); i++)
        {
            if (record.Type != DnsType.Opt)
                BinaryPrimitives.WriteUInt32BigEndian(answer[record.TimeToLiveOffset..], record.TimeToLive - Math.Min(record.TimeToLive, seconds));
        }
    }

    /// <param name="Key">Of the question.</param>
    /// <param name="Message">The answer.</param>
    /// <param name="NameLength">Bytes of the question's name, which stands behind the header.</param>
    /// <param name="Stored">When it came.</param>
    /// <param name="Expires">When it is not to be used any more.</param>
    private sealed record Entry(byte[] Key, byte[] Message, int NameLength, Timestamp Stored, Timestamp Expires)
    {
        public int Size => Key.Length + Message.Length;
    }
}
