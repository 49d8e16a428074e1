using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Edge.Foundation.Addresses;
using Edge.Io.Names;
using Edge.Protocols.Dns;

namespace Edge.Node.Status;

/// <summary>A question that a person asks the networks' name servers, and its answer as people read it.</summary>
internal sealed class NameQuestion
{
    private readonly string _name;
    private readonly DnsType _type;

    private NameQuestion(string name, DnsType type) => (_name, _type) = (name, type);

    /// <param name="name">A name; an address where PTR is asked for.</param>
    /// <param name="type">`AAAA`, or a number.</param>
    /// <returns>Null: one of them is none.</returns>
    public static NameQuestion? TryMake(string name, string type)
    {
        if (!(Enum.TryParse<DnsType>(type, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) && !char.IsAsciiDigit(type[0]))
            && !(ushort.TryParse(type, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && (parsed = (DnsType)number) == (DnsType)number))
            return null;
        if (parsed == DnsType.Ptr && IpAddress.TryParse(name, out var address))
            name = ReverseOf(address);
        return DnsName.Normalize(name) is { } text && text != "." ? new NameQuestion(text, parsed) : null;
    }

    public Task<ReadOnlyMemory<byte>> Ask(INameServer server) => server.Ask(DnsMessage.Ask(_name, _type), DnsTransport.Tcp);

    /// <summary>Writes the answer: the message in Base64 and the resolvers, as Tailscale's LocalAPI does, and what it says.</summary>
    public void Write(Utf8JsonWriter json, ReadOnlySpan<byte> answer)
    {
        json.WriteStartObject();
        json.WriteBase64String("Bytes"u8, answer);
        json.WriteStartArray("Resolvers"u8);
        json.WriteEndArray();
        json.WriteString("Name"u8, _name);
        json.WriteString("Type"u8, TextOf(_type));
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        scoped var reader = new DnsReader(answer);
        var isMessage = DnsHeader.TryRead(answer, out var header) && reader.TryReadQuestion(wire, out _);
        json.WriteString("Code"u8, !isMessage ? "FORMERR" : header.Code switch
        {
            DnsCode.Success => "NOERROR",
            DnsCode.FormatError => "FORMERR",
            DnsCode.ServerFailure => "SERVFAIL",
            DnsCode.NameError => "NXDOMAIN",
            DnsCode.NotImplemented => "NOTIMP",
            DnsCode.Refused => "REFUSED",
            var other => string.Create(CultureInfo.InvariantCulture, $"RCODE{(int)other}"),
        });
        json.WriteBoolean("Authoritative"u8, (header.Flags & DnsHeader.Authoritative) != 0);
        json.WriteStartArray("Answers"u8);
        for (var i = 0; isMessage && i < header.Answers; i++)
        {
            var at = reader.Offset;
            if (!reader.TryReadName(ref at, wire, out var length) || !reader.TryReadRecord(out var record))
                break;
            json.WriteStartObject();
            json.WriteString("Name"u8, NameOf(wire[..length]));
            json.WriteNumber("TTL"u8, record.TimeToLive);
            json.WriteString("Type"u8, TextOf(record.Type));
            json.WriteString("Data"u8, DataOf(reader, record));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string ReverseOf(IpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.Write(bytes);
        var text = new StringBuilder();
        for (var i = address.Size - 1; i >= 0; i--)
        {
            if (address.IsV4)
                text.Append(CultureInfo.InvariantCulture, $"{bytes[i]}.");
            else
                text.Append(CultureInfo.InvariantCulture, $"{bytes[i] & 15:x}.{bytes[i] >> 4:x}.");
        }
        return text.Append(address.IsV4 ? "in-addr.arpa." : "ip6.arpa.").ToString();
    }

    private static string TextOf(DnsType type) => Enum.IsDefined(type) ? type.ToString().ToUpperInvariant() : string.Create(CultureInfo.InvariantCulture, $"TYPE{(int)type}");

    private static string NameOf(ReadOnlySpan<byte> wire)
    {
        Span<char> text = stackalloc char[DnsName.MaxText];
        var name = text[..DnsName.ToText(wire, text)];
        if (!name.ContainsAnyExceptInRange('!', '~'))
            return new string(name);
        // It may be shown on a terminal (RFC 1035 section 5.1).
        var escaped = new StringBuilder();
        foreach (var one in name)
        {
            if (one is >= '!' and <= '~')
                escaped.Append(one);
            else
                escaped.Append(CultureInfo.InvariantCulture, $"\\{(int)one:000}");
        }
        return escaped.ToString();
    }

    /// <summary>As zone files write it; what is unknown by RFC 3597 section 5.</summary>
    private static string DataOf(in DnsReader reader, in DnsRecordView record)
    {
        var data = record.Data;
        return record.Type switch
        {
            DnsType.A when data.Length == 4 => IpAddress.Read(data).ToString(),
            DnsType.Aaaa when data.Length == 16 => new System.Net.IPAddress(data).ToString(),
            DnsType.Cname or DnsType.Ptr or DnsType.Ns => NameAt(reader, record.DataOffset) ?? Unknown(data),
            DnsType.Mx when data.Length > 2 => NameAt(reader, record.DataOffset + 2) is { } host ? string.Create(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt16BigEndian(data)} {host}") : Unknown(data),
            DnsType.Srv when data.Length > 6 => NameAt(reader, record.DataOffset + 6) is { } target
                ? string.Create(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt16BigEndian(data)} {BinaryPrimitives.ReadUInt16BigEndian(data[2..])} {BinaryPrimitives.ReadUInt16BigEndian(data[4..])} {target}")
                : Unknown(data),
            DnsType.Txt => TextsOf(data),
            _ => Unknown(data),
        };
    }

    private static string? NameAt(in DnsReader reader, int at)
    {
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        return reader.TryReadName(ref at, wire, out var length) ? NameOf(wire[..length]) : null;
    }

    private static string TextsOf(ReadOnlySpan<byte> data)
    {
        var texts = new StringBuilder();
        while (!data.IsEmpty)
        {
            var length = Math.Min(data[0], data.Length - 1);
            if (texts.Length > 0)
                texts.Append(' ');
            texts.Append('"');
            foreach (var one in data.Slice(1, length))
            {
                // RFC 1035 section 5.1.
                if (one is (byte)'"' or (byte)'\\')
                    texts.Append('\\').Append((char)one);
                else if (one is >= 0x20 and < 0x7f)
                    texts.Append((char)one);
                else
                    texts.Append(CultureInfo.InvariantCulture, $"\\{one:000}");
            }
            texts.Append('"');
            data = data[(1 + length)..];
        }
        return texts.ToString();
    }

    private static string Unknown(ReadOnlySpan<byte> data) => string.Create(CultureInfo.InvariantCulture, $"\\# {data.Length} {Convert.ToHexStringLower(data)}").TrimEnd();
}
