using System.Net;
using Edge.Protocols.Dns;

namespace Edge.Io.Names;

/// <summary>
/// This process's own look-ups: names of tailnets and of their routes are asked of their <see cref="NameServer"/> and never told to the host's resolver; a name
/// without a dot is tried below the search domains first; all else is the host's.
/// </summary>
internal sealed class TailnetResolver(NameDirectory directory, IResolver system) : IResolver
{
    public TailnetResolver(NameServer server, IResolver system)
        : this(new NameDirectory(server), system)
    {
    }

    /// <exception cref="DialException">The name has no address, or could not be looked up.</exception>
    public async ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation) => (await Locate(host, cancellation)).Addresses;

    /// <summary>The addresses of a name, and whose they are.</summary>
    /// <returns>A null server: the host's resolver knows them.</returns>
    /// <exception cref="DialException">The name has no address, or could not be looked up.</exception>
    public async ValueTask<(NameServer? Server, IReadOnlyList<IPAddress> Addresses)> Locate(string host, CancellationToken cancellation)
    {
        if (DnsName.Normalize(host) is not { } name || name == ".")
            throw new DialException(DialStep.LookUp, $"{host} is no name");
        if (host.IndexOf('.') < 0 && await Search(name, cancellation) is { Server: not null } found)
            return found;
        var owners = directory.OwnersOf(name);
        if (owners.Count == 0)
            return (null, await system.Resolve(host, cancellation));
        var code = DnsCode.NameError;
        foreach (var owner in owners)
        {
            (var addresses, code) = await Find(owner, name, cancellation);
            if (addresses.Count > 0)
                return (owner, addresses);
        }
        throw new DialException(DialStep.LookUp, code switch
        {
            DnsCode.Success => $"{host} has no address in the tailnet",
            DnsCode.NameError => $"{host} does not exist in the tailnet",
            _ => $"{host} could not be looked up: the tailnet's name servers answer {code}",
        });
    }

    /// <summary>A name without a dot, below each network's search domains.</summary>
    private async ValueTask<(NameServer? Server, IReadOnlyList<IPAddress> Addresses)> Search(string name, CancellationToken cancellation)
    {
        foreach (var server in directory.Servers)
        {
            var domains = server.Look(0, static (core, _) => core.SearchDomains);
            for (var i = 0; i < domains.Count; i++)
            {
                var candidate = name + domains[i];
                if (candidate.Length <= DnsName.MaxText && !server.Look(candidate, static (core, name) => core.IsLeftToSystem(name))
                    && await Find(server, candidate, cancellation) is { Addresses.Count: > 0 } found)
                    return (server, found.Addresses);
            }
        }
        return (null, []);
    }

    private static async Task<(List<IPAddress> Addresses, DnsCode Code)> Find(NameServer server, string name, CancellationToken cancellation)
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
