using System.Diagnostics;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Protocols.Stun;

namespace Edge.Node.Tailnet.Checks;

/// <summary>How the regions of a relay map can be asked how far they are: where their STUN servers are, and by a TCP connection where UDP does not pass.</summary>
/// <param name="resolver">For relays whose addresses the map does not tell.</param>
/// <param name="time">For attempts to dial.</param>
/// <param name="connector">Connects through the host's own network.</param>
internal sealed class RegionProbes(IResolver resolver, TimeProvider time, IConnector connector)
{
    // So many regions are dialled where no STUN server answers.
    private const int MostDialled = 64;

    private static readonly TimeSpan s_lookUpLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_dialLimit = TimeSpan.FromSeconds(5);

    /// <summary>The STUN servers of the regions that are to be measured, as far as this machine sends to them at all.</summary>
    /// <param name="map">The regions.</param>
    /// <param name="hasV4">There is a socket of IPv4.</param>
    /// <param name="hasV6">There is one of IPv6.</param>
    /// <param name="local">This machine's own addresses.</param>
    /// <param name="cancellation">Ends the look-ups.</param>
    public async Task<StunTarget[]> Targets(DerpMap map, bool hasV4, bool hasV6, IReadOnlyList<IpAddress> local, CancellationToken cancellation)
    {
        // Without an address of the family of its own a machine sends nothing there, and would wait for answers.
        var leavesByV6 = hasV6 && local.Any(static own => !own.IsV4 && !own.IsLoopback);
        var looking = new List<Task<List<StunTarget>>>();
        foreach (var region in map.Regions)
        {
            if (region.NoMeasureNoHome)
                continue;
            foreach (var node in region.Nodes)
            {
                if (node.StunPort >= 0 && looking.Count < NetCheck.MaxTargets)
                    looking.Add(Targets(region.Id, node, cancellation));
            }
        }
        return [.. (await Task.WhenAll(looking)).SelectMany(static found => found).Where(target => IsReachable(target.Server.Address))];

        bool IsReachable(IpAddress address) => address.IsV4 ? hasV4 : leavesByV6 || (hasV6 && address.IsLoopback);
    }

    /// <summary>The time of a TCP connection to each region says how far it is.</summary>
    public async Task<RegionLatency[]> DialAll(DerpMap map, CancellationToken cancellation)
    {
        var dialling = new List<Task<RegionLatency?>>();
        foreach (var region in map.Regions)
        {
            if (!region.NoMeasureNoHome && dialling.Count < MostDialled)
                dialling.Add(Dial(region, cancellation));
        }
        return [.. (await Task.WhenAll(dialling)).Where(static latency => latency is not null).Select(static latency => latency!.Value)];
    }

    private async Task<List<StunTarget>> Targets(int region, DerpNode node, CancellationToken cancellation)
    {
        var port = (ushort)(node.StunPort == 0 ? 3478 : node.StunPort);
        List<IpAddress> addresses = [];
        if (IpAddress.TryParse(node.StunTestIp, out var test))
        {
            addresses.Add(test);
        }
        else
        {
            var (isV4, isV6) = (IpAddress.TryParse(node.Ipv4, out var v4), IpAddress.TryParse(node.Ipv6, out var v6));
            if (isV4)
                addresses.Add(v4);
            if (isV6)
                addresses.Add(v6);
            if ((!isV4 && node.Ipv4.Length == 0) || (!isV6 && node.Ipv6.Length == 0))
                addresses.AddRange((await LookUp(node.HostName, cancellation)).Where(address => address.IsV4 ? !isV4 && node.Ipv4.Length == 0 : !isV6 && node.Ipv6.Length == 0));
        }
        return [.. addresses.Select(address => new StunTarget(region, new Endpoint(address, port)))];
    }

    private async Task<IReadOnlyList<IpAddress>> LookUp(string host, CancellationToken cancellation)
    {
        if (IpAddress.TryParse(host, out var literal))
            return [literal];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_lookUpLimit);
        try
        {
            return [.. (await resolver.Resolve(host, limit.Token)).Select(IpAddress.Of)];
        }
        catch (Exception failure) when (failure is DialException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return [];
        }
    }

    private async Task<RegionLatency?> Dial(DerpRegion region, CancellationToken cancellation)
    {
        var dialler = new Dialler(resolver, time, connector);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_dialLimit);
        foreach (var node in region.Nodes.Span.ToArray())
        {
            if (node.IsStunOnly)
                continue;
            try
            {
                var began = Stopwatch.GetTimestamp();
                var host = IpAddress.TryParse(node.Ipv4, out _) ? node.Ipv4 : node.HostName;
                await (await dialler.Dial(host, node.TlsPort, limit.Token)).DisposeAsync();
                return new RegionLatency(region.Id, Stopwatch.GetElapsedTime(began), null);
            }
            catch (DialException)
            {
                // The region may have another.
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return null;
            }
        }
        return null;
    }
}
