using System.Net;
using Edge.Protocols.Dns;

namespace Edge.Io.Names;

/// <summary>Asks a name server for the addresses of a name, of both families.</summary>
internal static class AddressQuestion
{
    /// <param name="server">Whom to ask.</param>
    /// <param name="name">A name's text.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The addresses, and where there are none why.</returns>
    public static async Task<(List<IPAddress> Addresses, DnsCode Code)> Ask(NameServer server, string name, CancellationToken cancellation)
    {
        var (v4, v6) = (server.Ask(DnsMessage.Ask(name, DnsType.A), DnsTransport.Tcp), server.Ask(DnsMessage.Ask(name, DnsType.Aaaa), DnsTransport.Tcp));
        await Task.WhenAll(v4, v6).WaitAsync(cancellation);
        var addresses = new List<IPAddress>();
        var code = Read((await v4).Span, DnsType.A, addresses);
        var other = Read((await v6).Span, DnsType.Aaaa, addresses);
        return (addresses, code == DnsCode.Success ? code : other);
    }

    /// <summary>Adds the answer's addresses. What stands between them and the name (CNAME) was put together by the server that was asked.</summary>
    private static DnsCode Read(ReadOnlySpan<byte> answer, DnsType type, List<IPAddress> addresses)
    {
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        scoped var reader = new DnsReader(answer);
        if (!DnsHeader.TryRead(answer, out var header) || header.Questions != 1 || !reader.TryReadQuestion(wire, out _))
            return DnsCode.ServerFailure;
        for (var i = 0; i < header.Answers && reader.TryReadRecord(out var record); i++)
        {
            if (record.Type == type && record.Class == DnsQuestion.Internet && record.Data.Length == (type == DnsType.A ? 4 : 16))
                addresses.Add(new IPAddress(record.Data));
        }
        return header.Code;
    }
}
