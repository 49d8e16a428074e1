using Edge.Foundation.Addresses;
using Edge.Io.Netlink;
using Edge.Node.WgQuick;

namespace Edge.Node.Tunnels;

/// <summary>
/// What a tunnel needs of the machine, done as wg-quick(8) does it but over netlink: addresses, MTU, routes; for a default route a table of its
/// own, which rules send everything to but the tunnel's own packets; the resolvers. Each change that would outlive the process is written into
/// the run directory first.
/// </summary>
internal sealed class HostSetup(RunDirectory directory, string interfaceName, Action<string> report)
{
    private const string SourceValidMark = "/proc/sys/net/ipv4/conf/all/src_valid_mark";

    // Where wg-quick begins to look for a free table, and for the mark, which has the same number.
    private const uint FirstTable = 51_820;
    private const uint LastTable = FirstTable + 1_000;

    private readonly SetupRecord _record = new()
    {
        Interface = interfaceName,
        ProcessId = Environment.ProcessId,
        ProcessStart = RunDirectory.StartOf(Environment.ProcessId),
        NetworkNamespace = RunDirectory.CurrentNamespace(),
    };

    private bool _hasBegun;

    /// <summary>The mark that the tunnel's own packets need so that the rules do not send them into the tunnel; 0 for none.</summary>
    /// <exception cref="Io.Native.SystemError">All of the tables are in use.</exception>
    public static uint MarkFor(QuickConfiguration configuration)
    {
        if (configuration.FwMark != 0 || !configuration.Table.IsAuto || !HasDefaultRoute(configuration))
            return configuration.FwMark;
        using var setup = new InterfaceSetup();
        for (var table = FirstTable; table < LastTable; table++)
        {
            if (!setup.IsTableInUse(table))
                return table;
        }
        throw new Io.Native.SystemError("finding a routing table for the default route", Io.Native.Errno.Busy, "Set FwMark to a number whose table is free.");
    }

    /// <summary>Undoes what processes left behind that did not get to it themselves.</summary>
    public static void CleanUp(RunDirectory directory, Action<string> report)
    {
        foreach (var record in directory.Abandoned().ToList())
        {
            // Rules of another namespace went with it, or are not ours to reach.
            if (record.NetworkNamespace != RunDirectory.CurrentNamespace())
                continue;
            report($"undoing what the tunnel {record.Interface} left behind: its process {record.ProcessId} ended without doing so");
            Undo(record, report);
            directory.Forget(record.Interface);
        }
    }

    /// <summary>Sets all up.</summary>
    /// <exception cref="IOException">A step failed; what was done before it is undone by <see cref="Undo()"/>.</exception>
    public void Apply(QuickConfiguration configuration, uint index, uint mark, int maxSegments)
    {
        _hasBegun = true;
        directory.Save(_record);
        using var setup = new InterfaceSetup();
        setup.TryLimitSegments(index, maxSegments);
        foreach (var (address, length) in configuration.Addresses)
            setup.AddAddress(index, address, length);
        setup.Up(index, configuration.Mtu);
        AddRoutes(setup, configuration, index, mark);
        if (configuration.DnsServers.Count > 0)
            SetResolvers(configuration);
    }

    /// <summary>Undoes what <see cref="Apply"/> did; nothing where it was not called, since the name may be another's.</summary>
    public void Undo()
    {
        if (!_hasBegun)
            return;
        Undo(_record, report);
        directory.Forget(interfaceName);
    }

    private static bool HasDefaultRoute(QuickConfiguration configuration) =>
        configuration.Peers.Exists(static peer => peer.AllowedIps.Exists(static prefix => prefix.Length == 0));

    private void AddRoutes(InterfaceSetup setup, QuickConfiguration configuration, uint index, uint mark)
    {
        if (!configuration.Table.AddsRoutes)
            return;
        // Narrow ranges first, as wg-quick sorts them; one range of two peers is one route.
        var prefixes = configuration.Peers.SelectMany(static peer => peer.AllowedIps).Distinct().OrderByDescending(static prefix => prefix.Length);
        foreach (var prefix in prefixes)
        {
            if (!configuration.Table.IsAuto)
                setup.AddRoute(index, prefix, configuration.Table.Number);
            else if (prefix.Length == 0)
                AddDefault(setup, index, prefix, mark);
            else if (!configuration.Addresses.Exists(own => new IpPrefix(own.Address, own.PrefixLength) is var near && near.Length <= prefix.Length && near.Contains(prefix.Address)))
                setup.AddRoute(index, prefix, RoutingRule.MainTable);
        }
    }

    private void AddDefault(InterfaceSetup setup, uint index, IpPrefix prefix, uint mark)
    {
        var isV4 = prefix.Address.IsV4;
        if (isV4)
            AllowMarkedReplies();
        setup.AddRoute(index, prefix, mark);
        // The kernel puts each new rule before the older ones: the main table without its default route is asked first.
        foreach (var rule in (ReadOnlySpan<RoutingRule>)[new(isV4, mark, mark, false), new(isV4, RoutingRule.MainTable, 0, true)])
        {
            _record.Rules.Add(rule);
            directory.Save(_record);
            setup.AddRule(rule);
        }
    }

    /// <summary>Without this, strict reverse-path filtering drops the peers' answers to marked packets.</summary>
    private void AllowMarkedReplies()
    {
        try
        {
            var before = File.ReadAllText(SourceValidMark).Trim();
            if (before == "1")
                return;
            _record.SourceValidMark = before;
            directory.Save(_record);
            File.WriteAllText(SourceValidMark, "1");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _record.SourceValidMark = null;
            report("net.ipv4.conf.all.src_valid_mark cannot be set: where rp_filter is 1, set it to 2 or set this to 1 by hand");
        }
    }

    private void SetResolvers(QuickConfiguration configuration)
    {
        try
        {
            var backup = ResolverSwap.Plan(configuration.DnsServers, configuration.DnsSearch, interfaceName);
            _record.Resolver = backup;
            directory.Save(_record);
            ResolverSwap.Apply(backup);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _record.Resolver = null;
            throw new IOException($"DNS: {ResolverSwap.File} cannot be written ({e.Message}): make it writable, or remove the line DNS and set the resolvers by other means", e);
        }
    }

    private static void Undo(SetupRecord record, Action<string> report)
    {
        if (record.Rules.Count > 0)
        {
            using var setup = new InterfaceSetup();
            foreach (var rule in record.Rules)
            {
                if (setup.RemoveRule(rule) is not 0 and var error)
                    report(new Io.Native.SystemError($"removing the {rule}", error).Message);
            }
        }
        try
        {
            if (record.SourceValidMark is not null)
                File.WriteAllText(SourceValidMark, record.SourceValidMark);
            if (record.Resolver is not null && !ResolverSwap.Restore(record.Resolver))
                report($"{record.Resolver.Path} was changed by somebody else meanwhile and stays as it is");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            report($"could not put back what was before: {e.Message}");
        }
    }
}
