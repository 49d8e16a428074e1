using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Dns;

/// <summary>Public resolvers that answer over HTTPS at the addresses at which they answer over UDP (net/dns/publicdns/publicdns.go of Tailscale 1.96.5).</summary>
internal static class PublicResolvers
{
    private static readonly string[] s_providers =
    [
        "https://cloudflare-dns.com/dns-query 1.1.1.1 1.0.0.1 2606:4700:4700::1111 2606:4700:4700::1001",
        "https://security.cloudflare-dns.com/dns-query 1.1.1.2 1.0.0.2 2606:4700:4700::1112 2606:4700:4700::1002",
        "https://family.cloudflare-dns.com/dns-query 1.1.1.3 1.0.0.3 2606:4700:4700::1113 2606:4700:4700::1003",
        "https://dns.google/dns-query 8.8.8.8 8.8.4.4 2001:4860:4860::8888 2001:4860:4860::8844",
        "https://dns.quad9.net/dns-query 9.9.9.9 149.112.112.112 2620:fe::fe 2620:fe::9",
        "https://dns11.quad9.net/dns-query 9.9.9.11 149.112.112.11 2620:fe::11 2620:fe::fe:11",
        "https://dns10.quad9.net/dns-query 9.9.9.10 149.112.112.10 2620:fe::10 2620:fe::fe:10",
        "https://dns.mullvad.net/dns-query 194.242.2.2 2a07:e340::2",
        "https://adblock.dns.mullvad.net/dns-query 194.242.2.3 2a07:e340::3",
        "https://base.dns.mullvad.net/dns-query 194.242.2.4 2a07:e340::4",
        "https://extended.dns.mullvad.net/dns-query 194.242.2.5 2a07:e340::5",
        "https://family.dns.mullvad.net/dns-query 194.242.2.6 2a07:e340::6",
        "https://all.dns.mullvad.net/dns-query 194.242.2.9 2a07:e340::9",
        "https://wikimedia-dns.org/dns-query 185.71.138.138 2001:67c:930::1",
        "https://freedns.controld.com/p0 76.76.2.0 76.76.10.0 2606:1a40:: 2606:1a40:1::",
        "https://freedns.controld.com/p1 76.76.2.1 76.76.10.1 2606:1a40::1 2606:1a40:1::1",
        "https://freedns.controld.com/p2 76.76.2.2 76.76.10.2 2606:1a40::2 2606:1a40:1::2",
        "https://freedns.controld.com/p3 76.76.2.3 76.76.10.3 2606:1a40::3 2606:1a40:1::3",
        "https://freedns.controld.com/family 76.76.2.4 76.76.10.4 2606:1a40::4 2606:1a40:1::4",
        "https://private.canadianshield.cira.ca/dns-query 149.112.121.10 149.112.122.10 2620:10a:80bb::10 2620:10a:80bc::10",
        "https://protected.canadianshield.cira.ca/dns-query 149.112.121.20 149.112.122.20 2620:10a:80bb::20 2620:10a:80bc::20",
        "https://family.canadianshield.cira.ca/dns-query 149.112.121.30 149.112.122.30 2620:10a:80bb::30 2620:10a:80bc::30",
    ];

    /// <summary>Null: not one of them.</summary>
    public static string? UrlOf(IpAddress address)
    {
        var text = address.ToString();
        foreach (var provider in s_providers)
        {
            var parts = provider.Split(' ');
            if (Array.IndexOf(parts, text) > 0)
                return parts[0];
        }
        return null;
    }

    /// <summary>Empty: not one of them.</summary>
    public static ValueList<IpAddress> AddressesOf(string url)
    {
        foreach (var provider in s_providers)
        {
            var parts = provider.Split(' ');
            if (parts[0] != url)
                continue;
            var addresses = new List<IpAddress>();
            foreach (var text in parts.AsSpan(1))
            {
                if (IpAddress.TryParse(text, out var address))
                    addresses.Add(address);
            }
            return [.. addresses];
        }
        return default;
    }
}
