using Edge.Foundation.Configuration;

namespace Edge.Config.Binding;

// A WireGuard network is its file with the configuration's own fields before it.
internal sealed partial class ConfigurationBinder
{
    private WireGuard Check(Place place, WireGuard bound)
    {
        if (bound.ConfigFile is { } path)
        {
            if (_wireGuardFiles is null)
                return bound;
            var file = _wireGuardFiles(path);
            if (file.Problem is { } problem)
                _errors.Add(Property(place, "configFile"), $"{Shown(Property(place, "configFile"), "the file")} cannot be read: {problem}", "name a file as for `wg-quick`; a relative path starts at the configuration file's folder");
            foreach (var error in file.Errors)
                _errors.Add(error);
            if (file.Settings is not { } settings)
                return bound;
            bound = Merge(settings, bound);
        }
        return bound;
    }

    /// <summary>Of a configuration without other errors: what neither the file nor the fields beside it say.</summary>
    private void CheckCompleteness(Place network, WireGuard settings)
    {
        if (settings.ConfigFile is not null && _wireGuardFiles is null)
            return;
        var place = Property(network, "wireguard");
        if (settings.PrivateKey is null)
            _errors.Add(place, "there is no private key", "set `privateKey`, or `PrivateKey` in the file");
        if (settings.Addresses.IsEmpty)
            _errors.Add(place, "this side has no address in the network", "set `addresses { \"10.200.0.2/32\" }`, or `Address` in the file");
    }

    private static WireGuard Merge(WireGuard file, WireGuard own) => own with
    {
        PrivateKey = own.PrivateKey ?? file.PrivateKey,
        Addresses = own.Addresses.IsEmpty ? file.Addresses : own.Addresses,
        ListenPort = own.ListenPort ?? file.ListenPort,
        Dns = own.Dns.IsEmpty ? file.Dns : own.Dns,
        Mtu = own.Mtu ?? file.Mtu,
        Peers = own.Peers.IsEmpty ? file.Peers : own.Peers,
    };
}
