using System.Net;
using Edge.Protocols.Dns;

namespace Edge.Io.Names;

/// <summary>The name servers of several networks as one: each question goes to the one whose name it is.</summary>
/// <param name="servers">At least one, in the order in which they are asked where their claims are equal.</param>
internal sealed class NameDirectory(params IReadOnlyList<NameServer> servers) : INameServer
{
    public IReadOnlyList<NameServer> Servers => servers;

    /// <summary>Those that have the closest claim to a name; none: it belongs to no network.</summary>
    /// <param name="name">A name's text.</param>
    public IReadOnlyList<NameServer> OwnersOf(string name)
    {
        var closest = 0;
        List<NameServer> owners = [];
        foreach (var server in servers)
        {
            var claim = server.Look(name, static (core, name) => core.ClaimOf(name));
            if (claim == 0 || claim < closest)
                continue;
            if (claim > closest)
                owners.Clear();
            closest = claim;
            owners.Add(server);
        }
        return owners;
    }

    /// <summary>The addresses of a name, and whose it is; null: it belongs to no network.</summary>
    /// <param name="host">As people write it: without a dot at its end, or at all.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DialException">It belongs to a network, and has no address or could not be looked up.</exception>
    public async ValueTask<(NameServer Server, IReadOnlyList<IPAddress> Addresses)?> Locate(string host, CancellationToken cancellation)
    {
        if (DnsName.Normalize(host) is not { } name || name == ".")
            throw new DialException(DialStep.LookUp, $"{host} is no name");
        if (host.IndexOf('.') < 0 && await Search(name, cancellation) is { } found)
            return found;
        var code = DnsCode.NameError;
        var owners = OwnersOf(name);
        if (owners.Count == 0)
            return null;
        foreach (var owner in owners)
        {
            (var addresses, code) = await AddressQuestion.Ask(owner, name, cancellation);
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

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>> Ask(ReadOnlyMemory<byte> query, DnsTransport transport)
    {
        var owners = servers.Count > 1 && NameOf(query.Span) is { } name ? OwnersOf(name) : servers;
        // What belongs to nobody is asked of the host's resolvers, which the first knows as well as any.
        if (owners.Count == 0)
            owners = [servers[0]];
        for (var i = 0; ; i++)
        {
            var answer = await owners[i].Ask(query, transport);
            // Addresses of all tailnets are from one range: who does not know an address's name says nothing about the others.
            if (i == owners.Count - 1 || !DnsHeader.TryRead(answer.Span, out var header) || header.Code != DnsCode.NameError)
                return answer;
        }
    }

    /// <summary>A name without a dot, below each network's search domains.</summary>
    private async ValueTask<(NameServer Server, IReadOnlyList<IPAddress> Addresses)?> Search(string name, CancellationToken cancellation)
    {
        foreach (var server in servers)
        {
            var domains = server.Look(0, static (core, _) => core.SearchDomains);
            for (var i = 0; i < domains.Count; i++)
            {
                var candidate = name + domains[i];
                if (candidate.Length <= DnsName.MaxText && !server.Look(candidate, static (core, name) => core.IsLeftToSystem(name))
                    && await AddressQuestion.Ask(server, candidate, cancellation) is { Addresses.Count: > 0 } found)
                    return (server, found.Addresses);
            }
        }
        return null;
    }

    private static string? NameOf(ReadOnlySpan<byte> query)
    {
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        Span<char> text = stackalloc char[DnsName.MaxText];
        scoped var reader = new DnsReader(query);
        return DnsHeader.TryRead(query, out var header) && header.Questions > 0 && reader.TryReadQuestion(wire, out var question)
            ? new string(text[..DnsName.ToText(question.Name, text)])
            : null;
    }
}
