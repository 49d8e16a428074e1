using System.Buffers.Binary;
using System.Text;
using Edge.Protocols.Dns;

namespace Edge.Tests.Dns;

/// <summary>Messages as tests write them: by hand, not by the code that they test.</summary>
internal static class Questions
{
    public static byte[] Of(string name, DnsType type, ushort id = 0x1234, int? udpSize = null, byte[]? option = null)
    {
        var message = new List<byte>();
        Add(message, id, 0x0100, 1, 0, 0, (ushort)(udpSize is null ? 0 : 1));
        AddName(message, name);
        Add(message, (ushort)type, 1);
        if (udpSize is not null)
        {
            message.Add(0);
            Add(message, 41, (ushort)udpSize, 0, 0, (ushort)(option?.Length ?? 0));
            message.AddRange(option ?? []);
        }
        return [.. message];
    }

    /// <summary>An answer to the question with A records.</summary>
    public static byte[] Answer(ReadOnlyMemory<byte> query, uint timeToLive, params string[] addresses) =>
        Answer(query, 0x8180, [.. addresses.Select(address => Record(1, timeToLive, System.Net.IPAddress.Parse(address).GetAddressBytes()))], []);

    /// <summary>An answer that there is nothing, with the zone's SOA.</summary>
    public static byte[] Nothing(ReadOnlyMemory<byte> query, int code, uint timeToLive, uint minimum)
    {
        var soa = new List<byte> { 0, 0 };
        Add(soa, 0, 1, 0, 1, 0, 1, 0, 1, (ushort)(minimum >> 16), (ushort)minimum);
        return Answer(query, (ushort)(0x8180 | code), [], [Record(6, timeToLive, [.. soa])]);
    }

    public static byte[] Answer(ReadOnlyMemory<byte> query, ushort flags, byte[][] answers, byte[][] authorities)
    {
        var end = 12;
        while (query.Span[end] != 0)
            end += query.Span[end] + 1;
        var message = new List<byte>();
        Add(message, BinaryPrimitives.ReadUInt16BigEndian(query.Span), flags, 1, (ushort)answers.Length, (ushort)authorities.Length, 0);
        message.AddRange(query.Span[12..(end + 5)]);
        foreach (var record in answers.Concat(authorities))
            message.AddRange(record);
        return [.. message];
    }

    public static byte[] Record(ushort type, uint timeToLive, byte[] data)
    {
        // The name is a pointer to the question's.
        var record = new List<byte>();
        Add(record, 0xc00c, type, 1, (ushort)(timeToLive >> 16), (ushort)timeToLive, (ushort)data.Length);
        record.AddRange(data);
        return [.. record];
    }

    private static void Add(List<byte> message, params ushort[] words)
    {
        foreach (var word in words)
            message.AddRange([(byte)(word >> 8), (byte)word]);
    }

    private static void AddName(List<byte> message, string name)
    {
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            message.Add((byte)label.Length);
            message.AddRange(Encoding.Latin1.GetBytes(label));
        }
        message.Add(0);
    }
}
