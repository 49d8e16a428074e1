using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Io.Native;
using Edge.Io.Netlink;
using Edge.Node.Tailnet.Checks;
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

    // Who has a home already waits for the first STUN server no longer than for the relay.
    private static readonly TimeSpan s_hearLimit = TimeSpan.FromMilliseconds(100);

    private readonly Channel<Wish> _wishes = Channel.CreateUnbounded<Wish>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly HomeRelay _homeRelay = new();
    private readonly RegionProbes _probes = new(options.Resolver, options.Time, options.Host);
    private readonly ConcurrentQueue<TaskCompletionSource<NetReport>> _askers = new();
    private TaskCompletionSource<NetReport> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<NetReport> _checked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _run = Task.CompletedTask;
    private TailnetAttachment? _attachment;
    private List<IpAddress> _local = [];
    private DerpMap? _map;
    private Timestamp _fullAt = new(long.MinValue);
    private NetInfo? _info;
    private int _toldHome;

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

    /// <summary>This machine's addresses, as they were when they were looked at last.</summary>
    public IReadOnlyList<IpAddress> Local => _local;

    /// <summary>This node's endpoints as far as this machine knows by itself.</summary>
    public ValueList<OwnEndpoint> LocalEndpoints(ushort port)
    {
        _local = LookOutside(_local);
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

    /// <summary>A report that is begun after this call, of all regions; from any thread. Without a relay map it is empty.</summary>
    public Task<NetReport> CheckNow()
    {
        var asker = new TaskCompletionSource<NetReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        _askers.Enqueue(asker);
        _wishes.Writer.TryWrite(Wish.Map);
        return asker.Task;
    }

    /// <summary>From any thread.</summary>
    public void Heard(NetReport report) => Volatile.Read(ref _heard).TrySetResult(report);

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
                List<TaskCompletionSource<NetReport>> askers = [];
                while (_askers.TryDequeue(out var asker))
                    askers.Add(asker);
                if (Volatile.Read(ref _map) is { } map)
                    await Check(map, isFull: wish != Wish.Endpoints);
                foreach (var asker in askers)
                    asker.SetResult(Report);
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
        _local = LookOutside(before);
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
        // The connection to the relay, and its TLS, are under way while STUN servers are asked.
        if (_homeRelay.ChooseUnmeasured(map, attachment.Relays.Home) is not 0 and var home)
            Move(attachment, map, home);
        var targets = await _probes.Targets(map, attachment.HasV4, attachment.HasV6, _local, _stop.Token);
        var report = NetReport.Empty with { At = MonotonicClock.Now };
        if (targets.Length > 0)
        {
            var done = new TaskCompletionSource<NetReport>(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _heard, new(TaskCreationOptions.RunContinuationsAsynchronously));
            Volatile.Write(ref _checked, done);
            attachment.BeginCheck(targets, _homeRelay.Region, isFull);
            try
            {
                if (_info is null)
                    await ConcludeEarly(attachment, map, done.Task);
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
            report = report with { Regions = await _probes.DialAll(map, _stop.Token) };
        Report = report;
        await Conclude(attachment, map, report, _homeRelay.Choose(report, map, attachment.Relays.HomeHeardAt));
    }

    /// <summary>
    /// A node that joins tells what the first answer told: where it has no home yet, the region that is heard first is that, until the whole check
    /// says that another is clearly nearer. Peers are told as soon as the relay has taken it in, and not when the last of all servers has answered or
    /// failed to.
    /// </summary>
    private async Task ConcludeEarly(TailnetAttachment attachment, DerpMap map, Task<NetReport> done)
    {
        var heard = Volatile.Read(ref _heard).Task;
        var limit = _homeRelay.Region != 0 ? s_hearLimit : s_checkLimit;
        await Task.WhenAny(heard, done, Task.Delay(limit, options.Time, _stop.Token));
        _stop.Token.ThrowIfCancellationRequested();
        if (done.IsCompleted)
            return;
        var report = heard.IsCompleted ? await heard : NetReport.Empty with { At = MonotonicClock.Now };
        await Conclude(attachment, map, report, _homeRelay.Region != 0 ? _homeRelay.Region : _homeRelay.Choose(report, map, null));
    }

    private void Move(TailnetAttachment attachment, DerpMap map, int home)
    {
        if (attachment.Relays.Home == home)
            return;
        attachment.Relays.SetHome(home);
        Moved(map.Find(home));
    }

    private async Task Conclude(TailnetAttachment attachment, DerpMap map, NetReport report, int home)
    {
        Move(attachment, map, home);
        var endpoints = Endpoints(report, attachment.Port);
        Endpoint[] own = [.. endpoints.Select(static endpoint => endpoint.Endpoint)];
        attachment.Shard.Post(now => attachment.Engine.Tailnet!.Paths.SetLocalEndpoints(now, own));
        var info = Describe(report, home);
        if (_info is null || IsNews(_info, info))
            _info = info;
        // A peer that is told of a home where this node is not yet loses its handshake there, and the next one is five seconds later.
        if (home != _toldHome)
            await Task.WhenAny(attachment.Relays.HomeWelcomed, Task.Delay(s_welcomeLimit, options.Time, _stop.Token));
        _toldHome = home;
        await Found(_info, endpoints);
    }

    /// <summary>Latencies are never twice the same, and a NAT that turned out to be of the common kind is nothing that anybody waits for: alone they are no news.</summary>
    private static bool IsNews(NetInfo before, NetInfo now) =>
        before.RelayLatencies.Count < now.RelayLatencies.Count || Comparable(before) != Comparable(now);

    private static NetInfo Comparable(NetInfo info) =>
        info with { RelayLatencies = default, MappingVariesByDestination = info.MappingVariesByDestination == true };

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

    /// <param name="otherwise">Given back where the kernel does not say.</param>
    public static List<IpAddress> Look(List<IpAddress> otherwise)
    {
        try
        {
            return LocalAddresses.List();
        }
        catch (SystemError)
        {
            // A sandbox without netlink: what STUN servers see has to do.
            return otherwise;
        }
    }

    private List<IpAddress> LookOutside(List<IpAddress> otherwise) => Look(otherwise).FindAll(address => !IsInside(address));
}
