using System.Buffers.Binary;

namespace Edge.Protocols.Dns;

/// <summary>What servers and forwarders need to know of whole messages.</summary>
internal static class DnsMessage
{
    /// <summary>What everybody takes over UDP (RFC 1035 section 4.2.1).</summary>
    public const int LeastUdpSize = 512;

    /// <summary>What is asked for and answered at most over UDP; as Tailscale (net/dns/resolver/tsdns.go, maxResponseBytes).</summary>
    public const int MostUdpSize = 4095;

    /// <summary>The extended flags of an OPT record: the sender wants signatures (RFC 3225 section 3).</summary>
    private const ushort WantsSignatures = 0x8000;

    /// <summary>A question of a client's, with an ID of 0.</summary>
    /// <param name="name">A name's text.</param>
    /// <param name="type">What is asked for.</param>
    public static byte[] Ask(string name, DnsType type)
    {
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        Span<byte> message = stackalloc byte[DnsWriter.MostBytes];
        scoped var writer = new DnsWriter(message, new DnsHeader(0, DnsHeader.RecursionDesired, 1, 0, 0, 0));
        writer.WriteQuestion(new DnsQuestion(wire[..DnsName.ToWire(name, wire)], type, DnsQuestion.Internet));
        return message[..writer.Finish()].ToArray();
    }

    /// <summary>The OPT record of a message (RFC 6891 section 6.1.2).</summary>
    /// <param name="message">A message whose question can be read.</param>
    /// <param name="sizeOffset">Where it says how large an answer may be; 0 when there is none.</param>
    /// <param name="hasOptions">It has options, which are meant for one server.</param>
    /// <param name="wantsSignatures">The DO bit.</param>
    /// <returns>False: the records cannot be read.</returns>
    public static bool TryFindOpt(ReadOnlySpan<byte> message, out int sizeOffset, out bool hasOptions, out bool wantsSignatures)
    {
        (sizeOffset, hasOptions, wantsSignatures) = (0, false, false);
        if (!DnsHeader.TryRead(message, out var header))
            return false;
        var reader = new DnsReader(message);
        Span<byte> buffer = stackalloc byte[DnsName.MaxWire];
        for (var i = 0; i < header.Questions; i++)
        {
            if (!TrySkipQuestion(ref reader, buffer))
                return false;
        }
        var records = header.Answers + header.Authorities + header.Additionals;
        for (var i = 0; i < records; i++)
        {
            if (!reader.TryReadRecord(out var record))
                return false;
            if (record.Type != DnsType.Opt || i < header.Answers + header.Authorities)
                continue;
            sizeOffset = record.DataOffset - DnsRecordView.FixedSize + 2;
            hasOptions = !record.Data.IsEmpty;
            wantsSignatures = (BinaryPrimitives.ReadUInt16BigEndian(message[(record.TimeToLiveOffset + 2)..]) & WantsSignatures) != 0;
        }
        return true;
    }

    /// <summary>How large an answer to this question may be over UDP.</summary>
    public static int UdpSizeFor(ReadOnlySpan<byte> query) => TryFindOpt(query, out var at, out _, out _) && at > 0
        ? Math.Clamp((int)BinaryPrimitives.ReadUInt16BigEndian(query[at..]), LeastUdpSize, MostUdpSize)
        : LeastUdpSize;

    /// <summary>
    /// Makes an answer fit: where it is longer than <paramref name="most"/> bytes only its header and question are left, marked as truncated, and the sender
    /// asks again over TCP (RFC 2181 section 9: what is left of a truncated answer is not to be used).
    /// </summary>
    /// <returns>Its length.</returns>
    public static int Fit(Span<byte> answer, int length, int most)
    {
        if (length <= most || !DnsHeader.TryRead(answer[..length], out var header))
            return length;
        var reader = new DnsReader(answer[..length]);
        Span<byte> buffer = stackalloc byte[DnsName.MaxWire];
        var hasQuestion = header.Questions > 0 && TrySkipQuestion(ref reader, buffer);
        new DnsHeader(header.Id, (ushort)(header.Flags | DnsHeader.Truncated), (ushort)(hasQuestion ? 1 : 0), 0, 0, 0).Write(answer);
        return reader.Offset;
    }

    /// <summary>An answer that says only how it went: the header and, where it can be read, the question.</summary>
    /// <param name="query">A message.</param>
    /// <param name="code">Why.</param>
    /// <param name="flags">Beside those of the question.</param>
    public static byte[] Fail(ReadOnlySpan<byte> query, DnsCode code, ushort flags)
    {
        DnsHeader.TryRead(query, out var header);
        Span<byte> buffer = stackalloc byte[DnsName.MaxWire];
        scoped var reader = new DnsReader(query);
        scoped var question = default(DnsQuestion);
        var hasQuestion = header.Questions > 0 && reader.TryReadQuestion(buffer, out question);
        Span<byte> answer = stackalloc byte[DnsWriter.MostBytes];
        scoped var writer = new DnsWriter(answer, header.Answer(code, (ushort)(hasQuestion ? 1 : 0)).With(flags));
        if (hasQuestion)
            writer.WriteQuestion(question);
        return answer[..writer.Finish()].ToArray();
    }

    private static bool TrySkipQuestion(scoped ref DnsReader reader, scoped Span<byte> buffer)
    {
        var at = reader.Offset;
        if (!reader.TryReadName(ref at, buffer, out _))
            return false;
        return reader.TrySkip(at + 4);
    }
}
