using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Io.Native;
using Edge.Io.Netlink;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Stun;

namespace Edge.Node.Tailnet;

/// <summary>
/// Where this node can be reached: asks STUN servers when somebody is to be told and from time to time, looks at the machine's addresses when they
/// change, chooses the home relay, and tells the data path and the control server. One loop; what it is told wakes it.
/// </summary>
/// <param name="options">Of the networks.</param>
/// <param name="hasFixedPort">A router may forward the UDP port.</param>
internal sealed class Whereabouts(Networks.NetworkOptions options, bool hasFixedPort) : IAsyncDisposable
{
    // tailscale 1.96.5, net/netcheck/netcheck.go: a full report each five minutes.
    private static readonly TimeSpan s_fullInterval = TimeSpan.FromMinutes(5);

    // Several links and addresses change together.
    private static readonly TimeSpan s_settling = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_checkLimit = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_welcomeLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_lookUpLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_dialLimit = TimeSpan.FromSeconds(5);

    // So many regions are dialled where no STUN server answers.
    private const int MostDialled = 64;

    private readonly Channel<Wish> _wishes = Channel.CreateUnbounded<Wish>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly HomeRelay _homeRelay = new();
    private TaskCompletionSource<NetReport> _checked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _run = Task.CompletedTask;
    private TailnetAttachment? _attachment;
    private List<IpAddress> _local = [];
    private DerpMap? _map;
    private Timestamp _fullAt = new(long.MinValue);
    private NetInfo? _info;

    [Flags]
    private enum Wish
    {
        Endpoints = 1,
        Map = 2,
        Addresses = 4,
    }

    /// <summary>Told of each report, with this node's endpoints, the most useful first.</summary>
    public required Func<NetInfo, ValueList<OwnEndpoint>, ValueTask> Found { get; init; }

    /// <summary>Told of the home relay, when it becomes another.</summary>
    public Action<DerpRegion?> Moved { get; init; } = static _ => { };

    /// <summary>Whether an address is this node's inside of the tailnet: the host may have it too, and no peer finds the node by it.</summary>
    public Func<IpAddress, bool> IsInside { get; init; } = static _ => false;

    /// <summary>The last report.</summary>
    public NetReport Report { get; private set; } = NetReport.Empty;

    /// <summary>This node's endpoints as far as this machine knows by itself.</summary>
    public ValueList<OwnEndpoint> LocalEndpoints(ushort port)
    {
        _local = Look(_local);
        return [.. _local.Select(address => new OwnEndpoint(new Endpoint(address, port), EndpointKind.Local))];
    }

    public void Start(TailnetAttachment attachment)
    {
        _attachment = attachment;
        _run = Task.Run(Run);
    }

    /// <summary>From any thread.</summary>
    public void SetMap(DerpMap map)
    {
        if (Interlocked.Exchange(ref _map, map) != map)
            _wishes.Writer.TryWrite(Wish.Map);
    }

    /// <summary>From any thread.</summary>
    public void EndpointsWanted() => _wishes.Writer.TryWrite(Wish.Endpoints);

    /// <summary>From any thread.</summary>
    public void AddressesChanged() => _wishes.Writer.TryWrite(Wish.Addresses);

    /// <summary>From any thread.</summary>
    public void Checked(NetReport report) => Volatile.Read(ref _checked).TrySetResult(report);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task Run()
    {
        try
        {
            while (true)
            {
                var wish = await Next();
                if ((wish & Wish.Addresses) != 0 && !await AreAddressesOthers() && wish == Wish.Addresses)
                    continue;
                if (Volatile.Read(ref _map) is { } map)
                    await Check(map, isFull: wish != Wish.Endpoints);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The network ends.
        }
    }

    /// <summary>What is wanted next, as much as one check gives at once.</summary>
    private async Task<Wish> Next()
    {
        while (true)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var wait = _fullAt - MonotonicClock.Now;
            if (_fullAt != new Timestamp(long.MinValue))
                limit.CancelAfter(wait > TimeSpan.Zero ? wait : TimeSpan.Zero);
            try
            {
                var wish = await _wishes.Reader.ReadAsync(limit.Token);
                while (_wishes.Reader.TryRead(out var other))
                    wish |= other;
                return wish;
            }
            catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
            {
                return Wish.Map;
            }
        }
    }

    private async Task<bool> AreAddressesOthers()
    {
        await Task.Delay(s_settling, options.Time, _stop.Token);
        var before = _local;
        _local = Look(before);
        if (before.SequenceEqual(_local))
            return false;
        var attachment = _attachment!;
        attachment.Shard.Post(now => attachment.Engine.Tailnet!.Paths.Rebind(now));
        attachment.Relays.Probe();
        return true;
    }

    private async Task Check(DerpMap map, bool isFull)
    {
        var attachment = _attachment!;
        var targets = await Targets(map);
        var report = NetReport.Empty with { At = MonotonicClock.Now };
        if (targets.Length > 0)
        {
            var done = new TaskCompletionSource<NetReport>(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _checked, done);
            attachment.BeginCheck(targets, _homeRelay.Region, isFull);
            try
            {
                report = await done.Task.WaitAsync(s_checkLimit, options.Time, _stop.Token);
            }
            catch (TimeoutException)
            {
                // The data path has ended, or is busier than it should be: as if nobody had answered.
                report = report with { At = MonotonicClock.Now };
            }
        }
        if (isFull || _fullAt == new Timestamp(long.MinValue))
            _fullAt = MonotonicClock.Now + s_fullInterval;
        if (!report.HasUdp)
            report = report with { Regions = await DialAll(map) };
        Report = report;
        await Conclude(attachment, map, report);
    }

    private async Task Conclude(TailnetAttachment attachment, DerpMap map, NetReport report)
    {
        var before = _homeRelay.Region;
        var home = _homeRelay.Choose(report, map, attachment.Relays.HomeHeardAt);
        attachment.Relays.SetHome(home);
        if (home != before)
            Moved(map.Find(home));
        var endpoints = Endpoints(report, attachment.Port);
        Endpoint[] own = [.. endpoints.Select(static endpoint => endpoint.Endpoint)];
        attachment.Shard.Post(now => attachment.Engine.Tailnet!.Paths.SetLocalEndpoints(now, own));
        var info = Describe(report, home);
        // Latencies are never twice the same: alone they are no news.
        if (_info is null || _info with { RelayLatencies = default } != info with { RelayLatencies = default })
            _info = info;
        // A peer that is told of a home where this node is not yet loses its handshake there, and the next one is five seconds later.
        if (home != before)
            await Task.WhenAny(attachment.Relays.HomeWelcomed, Task.Delay(s_welcomeLimit, options.Time, _stop.Token));
        await Found(_info, endpoints);
    }

    private ValueList<OwnEndpoint> Endpoints(NetReport report, ushort port)
    {
        List<OwnEndpoint> endpoints = [];
        Add(report.MappedV4, EndpointKind.Stun);
        Add(report.MappedV6, EndpointKind.Stun);
        // Behind a NAT with an endpoint for each destination, a port that somebody forwarded is the only one that holds.
        if (hasFixedPort && report.IsMappingVarying == true && report.MappedV4 is { } mapped)
            Add(mapped with { Port = port }, EndpointKind.StunWithLocalPort);
        foreach (var address in _local)
            Add(new Endpoint(address, port), EndpointKind.Local);
        return [.. endpoints];

        void Add(Endpoint? endpoint, EndpointKind kind)
        {
            if (endpoint is { } known && !endpoints.Exists(other => other.Endpoint == known))
                endpoints.Add(new OwnEndpoint(known, kind));
        }
    }

    private NetInfo Describe(NetReport report, int home) => new()
    {
        MappingVariesByDestination = report.IsMappingVarying,
        WorkingIpv6 = report.MappedV6 is not null,
        OsHasIpv6 = _attachment!.HasV6,
        WorkingUdp = report.HasUdp,
        PreferredRelay = home,
        RelayLatencies = [.. report.Regions.SelectMany(static region => Latencies(region))],
    };

    private static IEnumerable<RelayLatency> Latencies(RegionLatency region)
    {
        if (region.V4 is { } v4)
            yield return new RelayLatency(string.Create(CultureInfo.InvariantCulture, $"{region.Region}-v4"), v4.TotalSeconds);
        if (region.V6 is { } v6)
            yield return new RelayLatency(string.Create(CultureInfo.InvariantCulture, $"{region.Region}-v6"), v6.TotalSeconds);
    }

    private List<IpAddress> Look(List<IpAddress> otherwise)
    {
        try
        {
            return LocalAddresses.List().FindAll(address => !IsInside(address));
        }
        catch (SystemError)
        {
            // A sandbox without netlink: what STUN servers see has to do.
            return otherwise;
        }
    }

    private async Task<StunTarget[]> Targets(DerpMap map)
    {
        var looking = new List<Task<List<StunTarget>>>();
        foreach (var region in map.Regions)
        {
            if (region.NoMeasureNoHome)
                continue;
            foreach (var node in region.Nodes)
            {
                if (node.StunPort >= 0 && looking.Count < NetCheck.MaxTargets)
                    looking.Add(Targets(region.Id, node));
            }
        }
        return [.. (await Task.WhenAll(looking)).SelectMany(static found => found)];
    }

    private async Task<List<StunTarget>> Targets(int region, DerpNode node)
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
                addresses.AddRange((await LookUp(node.HostName)).Where(address => address.IsV4 ? !isV4 && node.Ipv4.Length == 0 : !isV6 && node.Ipv6.Length == 0));
        }
        return [.. addresses.Where(IsReachable).Select(address => new StunTarget(region, new Endpoint(address, port)))];
    }

    /// <summary>Without an address of the family of its own a machine sends nothing there, and would wait for answers.</summary>
    private bool IsReachable(IpAddress address) => address.IsV4
        ? _attachment!.HasV4
        : _attachment!.HasV6 && (address.IsLoopback || _local.Exists(static own => !own.IsV4 && !own.IsLoopback));

    private async Task<IReadOnlyList<IpAddress>> LookUp(string host)
    {
        if (IpAddress.TryParse(host, out var literal))
            return [literal];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(s_lookUpLimit);
        try
        {
            return [.. (await options.Resolver.Resolve(host, limit.Token)).Select(IpAddress.Of)];
        }
        catch (Exception failure) when (failure is DialException || (failure is OperationCanceledException && !_stop.IsCancellationRequested))
        {
            return [];
        }
    }

    /// <summary>Where UDP does not pass, the time of a TCP connection to each region says how far it is.</summary>
    private async Task<RegionLatency[]> DialAll(DerpMap map)
    {
        var dialling = new List<Task<RegionLatency?>>();
        foreach (var region in map.Regions)
        {
            if (!region.NoMeasureNoHome && dialling.Count < MostDialled)
                dialling.Add(Dial(region));
        }
        return [.. (await Task.WhenAll(dialling)).Where(static latency => latency is not null).Select(static latency => latency!.Value)];
    }

    private async Task<RegionLatency?> Dial(DerpRegion region)
    {
        var dialler = new Dialler(options.Resolver, options.Time, options.Host);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
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
            catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
            {
                return null;
            }
        }
        return null;
    }
}
