using System.Runtime.InteropServices;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Dns;

/// <summary>
/// The names of the tailnet: this node's, the peers' and the policy's extra records; both ways. A change of one peer costs what its own names cost:
/// what depends on this node (whether peers' IPv6 addresses are told) is decided when somebody asks.
/// </summary>
/// <remarks>Which addresses are told follows Tailscale 1.96.5 (ipn/ipnlocal/node_backend.go, dnsConfigForNetmap).</remarks>
internal sealed class TailnetNames
{
    /// <summary>Of a node that tells its IPv6 address beside the IPv4 one (tailcfg.NodeAttrMagicDNSPeerAAAA).</summary>
    private const string BothFamilies = "magicdns-aaaa";

    /// <summary>Of a node that is found under every name below its own (tailcfg.NodeAttrDNSSubdomainResolve).</summary>
    private const string Subdomains = "dns-subdomain-resolve";

    private readonly Dictionary<string, Host> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Host>.AlternateLookup<ReadOnlySpan<char>> _byName;
    private readonly Dictionary<IpAddress, string> _nodeByAddress = [];
    private readonly Dictionary<IpAddress, string> _extraByAddress = [];
    private readonly List<string> _extraNames = [];
    private TailnetNode? _self;
    private bool _tellsBoth;

    public TailnetNames() => _byName = _hosts.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>This node has no IPv4 address: peers' would be of no use to it.</summary>
    public bool IsV6Only { get; private set; }

    /// <summary>All names, with the addresses that are told; for status and tests.</summary>
    public IEnumerable<(string Name, IReadOnlyList<IpAddress> Addresses, bool HasSubdomains)> All
    {
        get
        {
            foreach (var (_, host) in _hosts)
            {
                var addresses = new List<IpAddress>();
                foreach (var address in host.Addresses)
                {
                    if (IsTold(host, address))
                        addresses.Add(address);
                }
                addresses.AddRange(host.Extra);
                yield return (host.Name, addresses, host.HasSubdomains);
            }
        }
    }

    /// <summary>This node, as it is now.</summary>
    public void SetSelf(TailnetNode self)
    {
        var (hasV4, hasV6) = (HasFamily(self, isV4: true), HasFamily(self, isV4: false));
        IsV6Only = hasV6 && !hasV4;
        _tellsBoth = self.Capabilities.Has(BothFamilies);
        if (_self is not null)
            Remove(_self);
        _self = self;
        Add(self);
    }

    /// <summary>A peer that came, went or changed.</summary>
    public void Apply(PeerChange change)
    {
        // Most changes of a peer are none of a name.
        if (change is { Before: { } before, After: { } after } && before.Name == after.Name && before.Addresses == after.Addresses
            && before.Capabilities.Has(Subdomains) == after.Capabilities.Has(Subdomains))
            return;
        if (change.Before is not null)
            Remove(change.Before);
        if (change.After is not null)
            Add(change.After);
    }

    /// <summary>Puts these in the place of the extra records before. Those of another type than addresses are left out.</summary>
    public void SetExtraRecords(ValueList<DnsRecord> records)
    {
        foreach (var name in _extraNames)
        {
            var host = _hosts[name];
            host.Extra.Clear();
            RemoveIfEmpty(name, host);
        }
        _extraNames.Clear();
        _extraByAddress.Clear();
        foreach (var record in records)
        {
            if (record.Type is not ("" or "A" or "AAAA") || DnsName.Normalize(record.Name) is not { } name || !IpAddress.TryParse(record.Value, out var address))
                continue;
            var host = HostOf(name, record.Name);
            if (host.Extra.Count == 0)
                _extraNames.Add(name);
            host.Extra.Add(address);
            _extraByAddress[address] = name;
        }
    }

    /// <summary>Whether the name exists, itself or below one that has subdomains.</summary>
    /// <param name="name">As <see cref="DnsName.ToText"/> makes it.</param>
    /// <param name="type">A, AAAA, or any address.</param>
    /// <param name="address">One of it; the default: it has none of that type.</param>
    public bool Find(ReadOnlySpan<char> name, DnsType type, out IpAddress address)
    {
        address = default;
        if (!_byName.TryGetValue(name, out var host))
        {
            for (var parent = DnsName.ParentOf(name); host is null && !parent.IsEmpty; parent = DnsName.ParentOf(parent))
            {
                if (_byName.TryGetValue(parent, out var above) && above.HasSubdomains)
                    host = above;
            }
            if (host is null)
                return false;
        }
        foreach (var candidate in host.Addresses)
        {
            if (IsOf(candidate, type) && IsTold(host, candidate))
            {
                address = candidate;
                return true;
            }
        }
        foreach (var candidate in host.Extra)
        {
            if (IsOf(candidate, type))
            {
                address = candidate;
                return true;
            }
        }
        return true;
    }

    /// <summary>The name that has the address; null: nobody's, or one that is not told.</summary>
    public string? NameOf(IpAddress address)
    {
        if (_nodeByAddress.TryGetValue(address, out var name) && IsTold(_hosts[name], address))
            return name;
        return _extraByAddress.GetValueOrDefault(address);
    }

    private static bool IsOf(IpAddress address, DnsType type) => type switch
    {
        DnsType.A => address.IsV4,
        DnsType.Aaaa => !address.IsV4,
        _ => type == DnsType.Any,
    };

    private static bool HasFamily(TailnetNode node, bool isV4)
    {
        foreach (var prefix in node.Addresses)
        {
            if (prefix.Address.IsV4 == isV4)
                return true;
        }
        return false;
    }

    // A node that has IPv4 is not known to reach IPv6 (tailscale issue 1152).
    private bool IsTold(Host host, IpAddress address) => IsV6Only ? !address.IsV4 : address.IsV4 || _tellsBoth || !host.HasV4;

    private void Add(TailnetNode node)
    {
        if (node.Addresses.IsEmpty || node.Name.Length == 0 || DnsName.Normalize(node.Name) is not { } name)
            return;
        var host = HostOf(name, node.Name);
        host.Nodes.Add(node);
        Refresh(name, host);
    }

    private void Remove(TailnetNode node)
    {
        if (DnsName.Normalize(node.Name) is not { } name || !_hosts.TryGetValue(name, out var host))
            return;
        for (var i = 0; i < host.Nodes.Count; i++)
        {
            if (host.Nodes[i].Id != node.Id)
                continue;
            host.Nodes.RemoveAt(i);
            foreach (var prefix in node.Addresses)
            {
                if (_nodeByAddress.TryGetValue(prefix.Address, out var owner) && owner == name)
                    _nodeByAddress.Remove(prefix.Address);
            }
            Refresh(name, host);
            RemoveIfEmpty(name, host);
            return;
        }
    }

    private Host HostOf(string name, string asWritten)
    {
        ref var host = ref CollectionsMarshal.GetValueRefOrAddDefault(_hosts, name, out _);
        return host ??= new Host { Name = asWritten.EndsWith('.') ? asWritten : asWritten + "." };
    }

    private void RemoveIfEmpty(string name, Host host)
    {
        if (host.Nodes.Count == 0 && host.Extra.Count == 0)
            _hosts.Remove(name);
    }

    /// <summary>Of several nodes with the name, the last that came has it.</summary>
    private void Refresh(string name, Host host)
    {
        host.Addresses.Clear();
        (host.HasV4, host.HasSubdomains) = (false, false);
        if (host.Nodes.Count == 0)
            return;
        var node = host.Nodes[^1];
        host.HasV4 = HasFamily(node, isV4: true);
        host.HasSubdomains = node.Capabilities.Has(Subdomains);
        foreach (var prefix in node.Addresses)
        {
            host.Addresses.Add(prefix.Address);
            _nodeByAddress[prefix.Address] = name;
        }
    }

    private sealed class Host
    {
        public required string Name { get; init; }

        public List<TailnetNode> Nodes { get; } = new(1);

        public List<IpAddress> Addresses { get; } = new(2);

        public List<IpAddress> Extra { get; } = new(0);

        public bool HasV4 { get; set; }

        public bool HasSubdomains { get; set; }
    }
}
