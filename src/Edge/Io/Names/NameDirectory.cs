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
