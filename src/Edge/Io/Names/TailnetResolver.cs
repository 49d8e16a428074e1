using System.Net;
using Edge.Protocols.Dns;

namespace Edge.Io.Names;

/// <summary>
/// This process's own look-ups: names of the tailnet and of its routes are asked of <see cref="NameServer"/> and never told to the host's resolver; a name
/// without a dot is tried below the search domains first; all else is the host's.
/// </summary>
internal sealed class TailnetResolver(NameServer server, IResolver system) : IResolver
{
    /// <exception cref="DialException">The name has no address, or could not be looked up.</exception>
    public async ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation) =>
        await Find(host, cancellation) ?? await system.Resolve(host, cancellation);

    /// <summary>The addresses of a name that is the tailnet's; null: it is left to the host's resolver.</summary>
    /// <exception cref="DialException">It is the tailnet's, and has no address or could not be looked up.</exception>
    public async ValueTask<IReadOnlyList<IPAddress>?> Find(string host, CancellationToken cancellation)
    {
        if (DnsName.Normalize(host) is not { } name || name == ".")
            throw new DialException(DialStep.LookUp, $"{host} is no name");
        if (host.IndexOf('.') < 0)
        {
            var domains = server.Look(0, static (core, _) => core.SearchDomains);
            for (var i = 0; i < domains.Count; i++)
            {
                var candidate = name + domains[i];
                if (candidate.Length <= DnsName.MaxText && !IsLeftToSystem(candidate) && await Ask(candidate, cancellation) is { Addresses.Count: > 0 } found)
                    return found.Addresses;
            }
        }
        if (IsLeftToSystem(name))
            return null;
        var (addresses, code) = await Ask(name, cancellation);
        if (addresses.Count > 0)
            return addresses;
        throw new DialException(DialStep.LookUp, code switch
        {
            DnsCode.Success => $"{host} has no address in the tailnet",
            DnsCode.NameError => $"{host} does not exist in the tailnet",
            _ => $"{host} could not be looked up: the tailnet's name servers answer {code}",
        });
    }

    private bool IsLeftToSystem(string name) => server.Look(name, static (core, name) => core.IsLeftToSystem(name));

    private async Task<(List<IPAddress> Addresses, DnsCode Code)> Ask(string name, CancellationToken cancellation)
    {
        var (v4, v6) = (server.Ask(QueryOf(name, DnsType.A), DnsTransport.Tcp), server.Ask(QueryOf(name, DnsType.Aaaa), DnsTransport.Tcp));
        await Task.WhenAll(v4, v6).WaitAsync(cancellation);
        var addresses = new List<IPAddress>();
        var code = Read((await v4).Span, DnsType.A, addresses);
        var other = Read((await v6).Span, DnsType.Aaaa, addresses);
        return (addresses, code == DnsCode.Success ? code : other);
    }

    private static byte[] QueryOf(string name, DnsType type)
    {
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        Span<byte> message = stackalloc byte[DnsWriter.MostBytes];
        scoped var writer = new DnsWriter(message, new DnsHeader(0, DnsHeader.RecursionDesired, 1, 0, 0, 0));
        writer.WriteQuestion(new DnsQuestion(wire[..DnsName.ToWire(name, wire)], type, DnsQuestion.Internet));
        return message[..writer.Finish()].ToArray();
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
