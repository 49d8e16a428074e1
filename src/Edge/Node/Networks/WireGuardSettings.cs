using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Edge.Node.WgQuick;

namespace Edge.Node.Networks;

/// <summary>Between a wg-quick file and the configuration's own record of the same things.</summary>
internal static class WireGuardSettings
{
    /// <summary>Of a file without errors.</summary>
    public static WireGuard ToRecord(QuickConfiguration file) => new()
    {
        PrivateKey = file.PrivateKey.Length == 0 ? null : new Secret(Convert.ToBase64String(file.PrivateKey)),
        Addresses = [.. file.Addresses.Select(static address => new InterfaceAddress(address.Address.ToIPAddress(), address.PrefixLength))],
        ListenPort = file.ListenPort,
        Dns = [.. file.DnsServers.Select(static server => server.ToIPAddress())],
        Mtu = file.Mtu,
        Peers = [.. file.Peers.Select(ToRecord)],
    };

    /// <summary>Of a record that was checked: it has a private key.</summary>
    public static QuickConfiguration ToQuick(WireGuard record)
    {
        var quick = new QuickConfiguration
        {
            PrivateKey = Convert.FromBase64String(record.PrivateKey!.Reveal()),
            ListenPort = (ushort)(record.ListenPort ?? 0),
            Mtu = record.Mtu ?? QuickConfiguration.DefaultMtu,
        };
        quick.Addresses.AddRange(record.Addresses.Select(static address => (IpAddress.Of(address.Address), address.PrefixLength)));
        quick.DnsServers.AddRange(record.Dns.Select(IpAddress.Of));
        quick.Peers.AddRange(record.Peers.Select(ToQuick));
        return quick;
    }

    private static WireGuardPeer ToRecord(QuickPeer peer) => new()
    {
        PublicKey = Convert.ToBase64String(peer.PublicKey),
        PresharedKey = peer.PresharedKey.Length == 0 ? null : new Secret(Convert.ToBase64String(peer.PresharedKey)),
        Endpoint = peer.Endpoint is { } endpoint ? new HostPort(endpoint.Host, endpoint.Port) : null,
        AllowedIps = [.. peer.AllowedIps.Select(static range => new IPNetwork(range.Address.ToIPAddress(), range.Length))],
        PersistentKeepalive = peer.PersistentKeepalive == TimeSpan.Zero ? null : peer.PersistentKeepalive,
    };

    private static QuickPeer ToQuick(WireGuardPeer record)
    {
        var peer = new QuickPeer
        {
            Line = 0,
            PublicKey = Convert.FromBase64String(record.PublicKey),
            PresharedKey = record.PresharedKey is { } key ? Convert.FromBase64String(key.Reveal()) : [],
            Endpoint = record.Endpoint is { } endpoint ? new QuickEndpoint(endpoint.Host, (ushort)endpoint.Port) : null,
            PersistentKeepalive = record.PersistentKeepalive ?? TimeSpan.Zero,
        };
        peer.AllowedIps.AddRange(record.AllowedIps.Select(static range => new IpPrefix(IpAddress.Of(range.BaseAddress), range.PrefixLength)));
        return peer;
    }
}
