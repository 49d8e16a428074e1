using Edge.Foundation.Addresses;

namespace Edge.Protocols.Dns;

/// <summary>
/// Answers questions about the tailnet as 100.100.100.100 does, byte for byte as Tailscale 1.96.5 (net/dns/resolver/tsdns.go): one address a question,
/// names not compressed, no OPT record; class and opcode are not looked at; types that the tailnet has no records of get an empty answer, and those that
/// only a zone's server could answer are not implemented. Below its domains what it does not know does not exist.
/// </summary>
internal sealed class MagicDns(TailnetNames names)
{
    /// <summary>No answer is longer.</summary>
    public const int MostBytes = DnsWriter.MostBytes;

    /// <summary>The name of the server's own addresses.</summary>
    private const string ServerName = "magicdns.localhost-tailscale-daemon.";

    /// <summary>Seconds.</summary>
    private const uint TimeToLive = 600;

    private HashSet<string> _domains = new(StringComparer.Ordinal);

    /// <summary>100.100.100.100.</summary>
    public static IpAddress ServerV4 => IpAddress.V4(0x6464_6464);

    /// <summary>fd7a:115c:a1e0::53.</summary>
    public static IpAddress ServerV6 => new((UInt128)0xfd7a_115c_a1e0_0000 << 64 | 0x53);

    // Peers' IPv4 addresses as IPv6: fd7a:115c:a1e0:ab12:4843:cd96:6200::/104 (net/tsaddr/tsaddr.go).
    private static UInt128 MappedRange => new(0xfd7a_115c_a1e0_ab12, 0x4843_cd96_6200_0000);

    /// <summary>The domains below which nobody else is asked.</summary>
    /// <param name="domains">Names' texts.</param>
    public void SetDomains(IEnumerable<string> domains) => _domains = new(domains, StringComparer.Ordinal);

    /// <summary>How closely it knows a name: the length of what of it is its own, and more than any of these where the whole name is known. 0: it does not answer for it.</summary>
    /// <param name="name">A name's text.</param>
    public int ClaimOf(ReadOnlySpan<char> name)
    {
        if (names.Find(name, DnsType.Any, out _))
            return int.MaxValue;
        return name is ServerName || DnsName.IsBelow(name, "onion.") || SiteAddress.TryRead(name, out _) ? name.Length : OwnSuffixOf(name).Length;
    }

    /// <param name="query">A message.</param>
    /// <param name="answer">At least <see cref="MostBytes"/>.</param>
    /// <param name="length">Bytes of the answer.</param>
    public DnsOutcome Answer(ReadOnlySpan<byte> query, Span<byte> answer, out int length)
    {
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        scoped var reader = new DnsReader(query);
        if (!DnsHeader.TryRead(query, out var header) || header.IsResponse || header.Questions == 0 || !reader.TryReadQuestion(wire, out var question))
        {
            length = Write(answer, header, DnsCode.FormatError);
            return DnsOutcome.Answered;
        }
        Span<char> text = stackalloc char[DnsName.MaxText];
        ReadOnlySpan<char> name = text[..DnsName.ToText(question.Name, text)];
        return question.Type == DnsType.Ptr ? AnswerReverse(header, question, name, answer, out length) : AnswerForward(header, question, name, answer, out length);
    }

    private DnsOutcome AnswerForward(DnsHeader header, in DnsQuestion question, ReadOnlySpan<char> name, Span<byte> answer, out int length)
    {
        length = 0;
        var address = default(IpAddress);
        var code = DnsCode.Success;
        // RFC 7686 section 2: names of hidden services are never looked up.
        if (DnsName.IsBelow(name, "onion."))
        {
            code = DnsCode.NameError;
        }
        else if (name is ServerName && question.Type is DnsType.A or DnsType.Aaaa)
        {
            address = question.Type == DnsType.A ? ServerV4 : ServerV6;
        }
        else if (question.Type is DnsType.A or DnsType.Aaaa or DnsType.Any && SiteAddress.TryRead(name, out var site))
        {
            address = question.Type == DnsType.A ? default : site;
        }
        else if (!names.Find(name, question.Type, out address))
        {
            if (!IsOurs(name))
                return DnsOutcome.NotOurs;
            code = DnsCode.NameError;
        }
        else if (question.Type is DnsType.Ns or DnsType.Soa or DnsType.Axfr or DnsType.HostInfo)
        {
            code = DnsCode.NotImplemented;
        }
        var writer = Begin(answer, header, code);
        writer.WriteQuestion(question);
        if (code == DnsCode.Success && address != default)
            writer.WriteAddress(question, TimeToLive, address);
        length = writer.Finish();
        return DnsOutcome.Answered;
    }

    private DnsOutcome AnswerReverse(DnsHeader header, in DnsQuestion question, ReadOnlySpan<char> name, Span<byte> answer, out int length)
    {
        length = 0;
        if (ReverseName.IsServiceBrowsing(name) || !ReverseName.TryRead(name, out var address))
            return DnsOutcome.NotOurs;
        var found = address == ServerV4 || address == ServerV6 ? ServerName : names.NameOf(address);
        if (address.Bits >> 24 == MappedRange >> 24)
            found = names.NameOf(IpAddress.V4(100u << 24 | (uint)address.Bits & 0xff_ffff)) ?? found;
        if (found is null && !IsOurs(name))
            return DnsOutcome.NotOurs;
        var writer = Begin(answer, header, found is null ? DnsCode.NameError : DnsCode.Success);
        writer.WriteQuestion(question);
        if (found is not null)
            writer.WritePointer(question, TimeToLive, found);
        length = writer.Finish();
        return DnsOutcome.Answered;
    }

    private bool IsOurs(ReadOnlySpan<char> name) => !OwnSuffixOf(name).IsEmpty;

    private ReadOnlySpan<char> OwnSuffixOf(ReadOnlySpan<char> name)
    {
        var domains = _domains.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var suffix = name; !suffix.IsEmpty; suffix = DnsName.ParentOf(suffix))
        {
            if (domains.Contains(suffix))
                return suffix;
        }
        return domains.Contains(".") ? "." : default(ReadOnlySpan<char>);
    }

    private static DnsWriter Begin(Span<byte> answer, DnsHeader header, DnsCode code) => new(answer, header.Answer(code, 1).With(FlagsFor(header)));

    private static ushort FlagsFor(DnsHeader query) =>
        (query.Flags & DnsHeader.RecursionDesired) != 0 ? (ushort)(DnsHeader.Authoritative | DnsHeader.RecursionAvailable) : DnsHeader.Authoritative;

    /// <summary>An answer without the question, which could not be read.</summary>
    private static int Write(Span<byte> answer, DnsHeader header, DnsCode code)
    {
        header.Answer(code, 0).With(FlagsFor(header)).Write(answer);
        return DnsHeader.Size;
    }
}
