using System.Globalization;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Dns;

/// <summary>A server to ask, and when.</summary>
internal sealed record DnsUpstream
{
    private const ushort Port = 53;

    /// <summary>The lead of the encrypted way to a server that has one.</summary>
    private static TimeSpan HeadStart => TimeSpan.FromMilliseconds(500);

    /// <summary>The further lead of the first of a provider's several addresses.</summary>
    private static TimeSpan BackupDelay => TimeSpan.FromMilliseconds(200);

    public required DnsUpstreamKind Kind { get; init; }

    /// <summary>Of <see cref="DnsUpstreamKind.Plain"/>.</summary>
    public Endpoint Endpoint { get; init; }

    /// <summary>Of the others.</summary>
    public string Url { get; init; } = "";

    /// <summary>Addresses of the URL's host; none: to be looked up.</summary>
    public ValueList<IpAddress> Addresses { get; init; }

    /// <summary>After the question came.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// The servers of these resolvers in the order in which they are asked: a public one that is known to speak HTTPS is asked so first, and over UDP a
    /// moment later (net/dns/resolver/forwarder.go of Tailscale 1.96.5, resolversWithDelays). What cannot be spoken to (`tls://`) is left out.
    /// </summary>
    public static ValueList<DnsUpstream> Of(ValueList<DnsResolver> resolvers)
    {
        var upstreams = new List<DnsUpstream>();
        var providers = new List<string>();
        foreach (var resolver in resolvers)
        {
            if (!TryReadEndpoint(resolver.Address, out var endpoint) || PublicResolvers.UrlOf(endpoint.Address) is not { } url || providers.Contains(url))
                continue;
            providers.Add(url);
            upstreams.Add(new DnsUpstream { Kind = DnsUpstreamKind.Https, Url = url, Addresses = PublicResolvers.AddressesOf(url) });
        }
        var asked = new List<(string Url, bool IsV4)>();
        foreach (var resolver in resolvers)
        {
            if (TryReadEndpoint(resolver.Address, out var endpoint))
            {
                var delay = TimeSpan.Zero;
                if (PublicResolvers.UrlOf(endpoint.Address) is { } url)
                {
                    var key = (url, endpoint.Address.IsV4);
                    delay = asked.Contains(key) ? HeadStart + BackupDelay : HeadStart;
                    asked.Add(key);
                }
                upstreams.Add(new DnsUpstream { Kind = DnsUpstreamKind.Plain, Endpoint = endpoint, Delay = delay });
            }
            else if (resolver.Address.StartsWith("https://", StringComparison.Ordinal))
            {
                var known = PublicResolvers.AddressesOf(resolver.Address);
                upstreams.Add(new DnsUpstream { Kind = DnsUpstreamKind.Https, Url = resolver.Address, Addresses = known.IsEmpty ? resolver.Bootstrap : known });
            }
            else if (resolver.Address.StartsWith("http://", StringComparison.Ordinal))
            {
                upstreams.Add(new DnsUpstream { Kind = DnsUpstreamKind.Peer, Url = resolver.Address });
            }
        }
        return [.. upstreams];
    }

    public override string ToString() => Kind == DnsUpstreamKind.Plain ? Endpoint.ToString() : Url;

    /// <summary>An address, or one with a port: `10.0.0.53`, `[::1]:5353`.</summary>
    private static bool TryReadEndpoint(ReadOnlySpan<char> text, out Endpoint endpoint)
    {
        endpoint = default;
        var port = Port;
        var colon = text.LastIndexOf(':');
        var hasPort = colon > 0 && (text[colon - 1] == ']' || text.IndexOf(':') == colon);
        if (hasPort && !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port))
            return false;
        var host = hasPort ? text[..colon] : text;
        if (host.StartsWith('[') && host.EndsWith(']'))
            host = host[1..^1];
        if (!IpAddress.TryParse(host, out var address))
            return false;
        endpoint = new Endpoint(address, port);
        return true;
    }
}
