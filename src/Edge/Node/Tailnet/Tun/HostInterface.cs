using Edge.Dataplane;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Io.Native;
using Edge.Io.Netlink;
using Edge.Io.Tun;
using Edge.Protocols.WireGuard;

namespace Edge.Node.Tailnet.Tun;

/// <summary>
/// A tailnet's node as an interface of the host: the node's addresses on it, and routes to what its peers have, kept in step with the netmap.
/// <para>
/// The routes stand in a table of the interface's own, which one rule a family asks before the main one for all packets but those with
/// <see cref="Mark"/>: this process's own, which would otherwise go into the tunnel that they carry. The kernel takes interface, addresses and routes
/// away when the process ends, however it does; the rules are what can be left behind, and the next start removes them. A table's number says
/// whose interface it is, so that it needs no record to know those that have none any more.
/// </para>
/// </summary>
internal sealed class HostInterface : IDisposable
{
    /// <summary>Of the process's own sockets: tailscaled's (tailscale v1.96.5, tsconst/linuxfw.go), so that neither carries the other.</summary>
    public const uint Mark = 0x8_0000;

    private const uint MarkMask = 0xff_0000;

    // Behind tailscaled's rules, which have 5210 to 5270, and before the main table's.
    private const uint RulePriority = 5_280;

    // An interface's table has this number and the interface's.
    private const uint FirstTable = 5_200_000;

    private readonly uint _index;
    private readonly Action<string> _report;
    private readonly InterfaceSetup _setup = new();
    private readonly List<RoutingRule> _rules = [];
    private readonly HashSet<IpAddress> _addresses = [];
    private readonly HashSet<IpPrefix> _routes = [];
    private readonly HashSet<string> _said = [];
    private NetworkMap? _map;
    private bool _hasV6 = true;

    private HostInterface(TunDevice device, Action<string> report)
    {
        (Device, _report) = (device, report);
        _index = NetworkIndex.Of(device.Name);
    }

    /// <summary>Its packets; whoever drives them disposes of it, or who made this where nobody does.</summary>
    public TunDevice Device { get; }

    private uint Table => FirstTable + _index;

    /// <summary>Makes the interface and brings it up, without an address.</summary>
    /// <param name="name">1 to 15 characters.</param>
    /// <param name="mtu">Of its packets.</param>
    /// <param name="report">Takes what the operator should know, a sentence at a time.</param>
    /// <exception cref="SystemError">The machine does not give it.</exception>
    public static HostInterface Open(string name, int mtu, Action<string> report)
    {
        TunDevice? device = null;
        HostInterface? made = null;
        try
        {
            device = TunDevice.Open(name);
            made = new HostInterface(device, report);
            made.SetUp(mtu);
            return made;
        }
        catch (SystemError e)
        {
            made?.Dispose();
            device?.Dispose();
            throw new SystemError(e.What, e.Errno, $"{e.Advice} Or leave out `tun`: the server needs no interface to be in the tailnet.".TrimStart());
        }
    }

    /// <summary>Follows the netmap; work for what changed. A step that the kernel refuses is reported once and left.</summary>
    /// <param name="map">A later one than before.</param>
    /// <param name="terms">What else is to be reached; the same each time.</param>
    public void Apply(NetworkMap map, HostRoutes terms)
    {
        var before = _map;
        _map = map;
        if (before?.Self.Addresses != map.Self.Addresses)
            SetAddresses(map.Self);
        if (before is not null && !HostRoutes.Differ(before, map))
            return;
        var wanted = terms.Of(map);
        foreach (var gone in _routes.Where(route => !wanted.Contains(route)).ToList())
        {
            _routes.Remove(gone);
            Try(() => _setup.RemoveRoute(_index, gone, Table));
        }
        foreach (var route in wanted)
        {
            if ((route.Address.IsV4 || _hasV6) && _routes.Add(route))
                Try(() => _setup.AddRoute(_index, route, Table));
        }
    }

    /// <summary>Takes the rules away. The rest goes with <see cref="Device"/>.</summary>
    public void Dispose()
    {
        foreach (var rule in _rules)
        {
            if (_setup.RemoveRule(rule) is not 0 and var error)
                _report(new SystemError($"removing the {rule}", error).Message);
        }
        _rules.Clear();
        _setup.Dispose();
    }

    private void SetUp(int mtu)
    {
        RemoveLeftRules();
        var largest = mtu + WireGuardLimits.HeaderSize + WireGuardLimits.TagSize;
        _setup.TryLimitSegments(_index, Math.Min(SealedOutbox.MaxSegments, SealedOutbox.MaxRunLength / largest));
        _setup.Up(_index, mtu);
        AddRule(isV4: true);
        try
        {
            AddRule(isV4: false);
        }
        catch (SystemError e) when (e.Errno is Errno.NoFamily or Errno.NotSupported)
        {
            _hasV6 = false;
        }
        if (IsStrict())
            _report("net.ipv4.conf.all.rp_filter is 1: the kernel drops what comes from hosts that it would answer through the tunnel, such as peers behind an exit node; set it to 2");
    }

    private void AddRule(bool isV4)
    {
        var rule = new RoutingRule(isV4, Table, Mark, SuppressesDefault: false) { MarkMask = MarkMask, Priority = RulePriority };
        _setup.AddRule(rule);
        _rules.Add(rule);
    }

    /// <summary>Rules of processes that ended without removing them: those whose interface is not there any more.</summary>
    private void RemoveLeftRules()
    {
        foreach (var isV4 in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (var rule in _setup.ListRules(isV4))
            {
                if (rule is not { Priority: RulePriority, UnlessMark: Mark, MarkMask: MarkMask, Table: > FirstTable } || NetworkIndex.Exists(rule.Table - FirstTable))
                    continue;
                _report($"removing the {rule}, which an earlier run left behind");
                _setup.RemoveRule(rule);
            }
        }
    }

    // The new ones first: with the last address of a family its routes would go.
    private void SetAddresses(TailnetNode self)
    {
        List<IpAddress> wanted = [.. self.Addresses.Span.ToArray().Select(static prefix => prefix.Address)];
        foreach (var address in wanted)
        {
            if (_addresses.Contains(address) || (!address.IsV4 && !_hasV6))
                continue;
            if (Try(() => _setup.AddAddress(_index, address, address.BitCount)))
                _addresses.Add(address);
            else if (!address.IsV4)
                _hasV6 = false;
        }
        foreach (var gone in _addresses.Where(address => !wanted.Contains(address)).ToList())
        {
            _addresses.Remove(gone);
            Try(() => _setup.RemoveAddress(_index, gone, gone.BitCount));
        }
    }

    private bool Try(Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (SystemError failure)
        {
            if (_said.Add(failure.Message))
                _report($"{failure.Message}. {failure.Advice}".TrimEnd());
            return false;
        }
    }

    private static bool IsStrict()
    {
        try
        {
            return File.ReadAllText("/proc/sys/net/ipv4/conf/all/rp_filter").Trim() == "1";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
