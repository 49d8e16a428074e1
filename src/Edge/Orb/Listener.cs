using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Edge.Foundation.Configuration;
using Edge.Orb.Certificates;
using Microsoft.AspNetCore.Connections;

namespace Edge.Orb;

/// <summary>One address and the sites that share it. A feature of every connection that comes in there.</summary>
internal sealed class Listener
{
    private readonly Dictionary<string, Site> _exact = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Site> _wildcards = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Site>.AlternateLookup<ReadOnlySpan<char>> _exactBySpan;
    private readonly Dictionary<string, Site>.AlternateLookup<ReadOnlySpan<char>> _wildcardsBySpan;

    /// <param name="address">As the configuration has it.</param>
    /// <param name="sites">At least one. Either all have TLS or none: the configuration was checked.</param>
    public Listener(ListenAddress address, IEnumerable<Site> sites)
    {
        Address = address;
        Sites = [.. sites];
        foreach (var site in Sites)
        {
            if (site.Block.Domains.IsEmpty)
                Default = site;
            foreach (var domain in site.Block.Domains)
            {
                if (domain.StartsWith("*.", StringComparison.Ordinal))
                    _wildcards.TryAdd(domain[2..], site);
                else
                    _exact.TryAdd(domain, site);
            }
        }
        _exactBySpan = _exact.GetAlternateLookup<ReadOnlySpan<char>>();
        _wildcardsBySpan = _wildcards.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>A port of a network. Sites with and without TLS share it; of several that answer every name the first one does.</summary>
    /// <param name="origin">The network.</param>
    /// <param name="port">The port in the network.</param>
    /// <param name="httpsPort">The port there where TLS is spoken.</param>
    /// <param name="sites">Those that the network reaches; at least one.</param>
    public Listener(ConnectionOrigin.Tunnel origin, int port, int httpsPort, IReadOnlyList<Site> sites)
        : this(new ListenAddress { Host = origin.Network, Port = port }, sites)
    {
        Tunnel = origin;
        HttpsPort = httpsPort;
        Default = sites.FirstOrDefault(static site => site.Block.Domains.IsEmpty);
    }

    /// <summary>As the configuration has it; of a port in a network: its name and the port.</summary>
    public ListenAddress Address { get; }

    /// <summary>The network where this is a port; null: it is one of the host.</summary>
    public ConnectionOrigin.Tunnel? Tunnel { get; }

    /// <summary>Of a port in a network: where TLS is spoken.</summary>
    public int HttpsPort { get; }

    public ImmutableArray<Site> Sites { get; }

    /// <summary>Whether every connection is encrypted. In a network TLS is the client's choice.</summary>
    public bool HasTls => Tunnel is null && Sites[0].Tls is not null;

    /// <summary>Whether a connection may be encrypted or not: a port of a network where a site has TLS.</summary>
    public bool MayHaveTls => Tunnel is not null && Sites.Any(static site => site.Tls is not null);

    /// <summary>The site that answers every name; null: each answers its own names only.</summary>
    public Site? Default { get; }

    /// <summary>Where it is bound; null before that. The port is the real one where the address asked for any.</summary>
    public EndPoint? Bound { get; set; }

    /// <summary>The site of a host name: the exact name first, then a wildcard for its first label, then the default.</summary>
    /// <param name="host">Without a port; case does not count.</param>
    public Site? Find(ReadOnlySpan<char> host)
    {
        if (_exact.Count > 0 && _exactBySpan.TryGetValue(host, out var site))
            return site;
        if (_wildcards.Count > 0 && host.IndexOf('.') is var dot and > 0 && _wildcardsBySpan.TryGetValue(host[(dot + 1)..], out site))
            return site;
        return Default;
    }

    /// <summary>The terms of a handshake: those of the site that the client names.</summary>
    /// <param name="connection">Learns whose terms they are.</param>
    /// <param name="name">Empty: the client named none.</param>
    /// <param name="cancellation">Ends the wait for a certificate.</param>
    /// <exception cref="AuthenticationException">No site answers to the name: the handshake fails.</exception>
    public async ValueTask<SslServerAuthenticationOptions> Agree(ConnectionContext connection, string name, CancellationToken cancellation)
    {
        // A client that asks by address names nobody (RFC 6066, section 3).
        var site = name.Length == 0 ? Default ?? Sites[0] : Find(name);
        if (site?.Tls is null)
            throw new AuthenticationException("no site of this listener answers to the name");
        connection.Features.Set(new Handshake(site, name.Length > 0));
        return await site.Tls.OptionsFor(name, cancellation);
    }
}
