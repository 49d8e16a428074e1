using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Edge.Dataplane;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Io.Control;
using Edge.Io.Derp;
using Edge.Io.Http;
using Edge.Io.Names;
using Edge.Io.Netlink;
using Edge.Node.Networks;
using Edge.Node.Tailnet.PeerApi;
using Edge.Node.Tailnet.Pings;
using Edge.Node.Tailnet.Relays;
using Edge.Node.Tailnet.Routing;
using Edge.Node.Tailnet.State;
using Edge.Node.Tailnet.Tun;
using Edge.Protocols.Control.Session;
using Edge.Protocols.Dns;
using Edge.Protocols.Netstack;
using Microsoft.Extensions.Logging;
using PublicKey = Edge.Foundation.Keys.PublicKey;
using Settings = Edge.Foundation.Configuration.Tailscale;

namespace Edge.Node.Tailnet;

/// <summary>
/// This process as a node of a tailnet: control session, data path, relays and names, joined. What was kept of an earlier start is in force before the
/// control server has answered, and while it does not.
/// </summary>
internal sealed partial class TailnetNetwork : INetworkNode
{
    // 100.64.0.0/10 and fd7a:115c:a1e0::/48.
    private static readonly ImmutableArray<IpPrefix> s_ranges = [TailnetRanges.V4, TailnetRanges.V6];

    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(5);

    // How often the handshake stamp is kept, and it is looked whether a key has ended: calendars jump.
    private static readonly TimeSpan s_round = TimeSpan.FromMinutes(1);

    private readonly Settings _settings;
    private readonly NetworkOptions _options;
    private readonly ILogger _log;
    private readonly EntropySource _entropy = new SystemEntropy();
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _rounds = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly TaskCompletionSource<ControlLoop> _control = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _loggedOut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HostCarrier _carrier;
    private readonly NetworkNameListener? _nameListener;
    private readonly EngineStack _stack;
    private readonly PeerPinger _pinger;
    private readonly SubnetRouter? _router;
    private readonly PeerApiServer _peerApi;
    private readonly Whereabouts _whereabouts;
    private Task _life = Task.CompletedTask;
    private Opened? _opened;
    private int _hasLeft;

    /// <param name="name">In the configuration.</param>
    /// <param name="settings">With `direct`.</param>
    /// <param name="tunnel">What it carries.</param>
    /// <param name="options">How it is run.</param>
    public TailnetNetwork(string name, Settings settings, Tunnel tunnel, NetworkOptions options)
    {
        _settings = settings;
        _options = options = settings.DataPlane.Tun ? options with { Host = new HostConnector(Mark) } : options;
        Tunnel = tunnel;
        _log = options.Logs.CreateLogger("network");
        Url = settings.ControlUrl.GetLeftPart(UriPartial.Authority);
        _ranges = tunnel.TailnetRanges.IsEmpty ? s_ranges : [.. tunnel.TailnetRanges.Select(static range => new IpPrefix(IpAddress.Of(range.BaseAddress), range.PrefixLength))];
        Network = new VirtualNetwork(name, [], _ranges, new NetstackOptions { Mtu = settings.DataPlane.Mtu, IsBesideSystem = settings.DataPlane.Tun }, _entropy)
        {
            Explain = Explain,
            Pinged = answer => _pinger!.Note(answer),
            Reaches = address => _opened is not { } opened || !opened.Attachment.Engine.Routes.Find(address).IsNone,
        };
        Network.Stack.PeerApiPort = 0;
        _stack = new EngineStack(Network.Stack, Network);
        _pinger = new PeerPinger(() => Map, () => _opened?.Attachment, Network, _entropy);
        var advertised = TailnetSettings.Advertised(settings);
        if (!advertised.IsEmpty)
            _router = new SubnetRouter(Network, new RoutePolicy(advertised), LocalAddresses.List, options.Time, mark: Mark);
        _hostRoutes = new HostRoutes(settings.AcceptRoutes, settings.ExitNode is not null, settings.Dns.ServeTailnet, advertised);
        _peerApi = new PeerApiServer(() => Map, AnswerForPeer, _log);
        _carrier = new HostCarrier(options.Resolver, options.Time, options.Roots, new NetworkConnector(Network, options.Host), Mark);
        Names = new NameServer(new DnsServer(_entropy), new NetworkCarrier(Network, _carrier), options.Time) { Failed = SayNameServer };
        // Other programs may ask before there is a netmap, and so may this one on its way to it.
        FollowHost();
        if (settings.Dns.ServeTailnet)
            _nameListener = new NetworkNameListener(Network, Names, options.Time);
        Resolver = new TailnetResolver(Names, options.Resolver);
        _whereabouts = new Whereabouts(options, settings.DataPlane.ListenPort != 0) { Found = Tell, Moved = NoteHome, IsInside = address => Network.Addresses.Contains(address) };
    }

    public VirtualNetwork Network { get; }

    public Tunnel Tunnel { get; }

    /// <summary>The control server, for people.</summary>
    public string Url { get; }

    /// <summary>Answers for the tailnet's names; kept in step with the netmap.</summary>
    public NameServer Names { get; }

    /// <summary>Looks names up as a node of this tailnet does.</summary>
    public TailnetResolver Resolver { get; }

    public bool IsTailnet => true;

    /// <summary>The tailnet's resolvers, routes and search domains are used.</summary>
    public bool AcceptsDns => _settings.AcceptDns;

    /// <summary>Routes that it offers, those of an exit node not counted.</summary>
    public int AdvertisedRoutes => _settings.AdvertiseRoutes.Count(static route => route.PrefixLength > 0);

    /// <summary>100.100.100.100 answers in the tunnel.</summary>
    public bool ServesNames => _settings.Dns.ServeTailnet;

    public NetworkMap? Netmap => Map;

    public NetworkFigures Figures => _opened is { } opened ? NetworkFigures.Of(opened.Attachment.Engine, opened.Attachment.Lost, Network.Connections) : default;

    public void Start()
    {
        _options.Changed(Network.Name, "it is starting");
        _life = Task.Run(Live);
    }

    public Task Drain(CancellationToken limit) => _opened is { } opened ? Network.Drain(opened.Attachment.Shard, _options.Time, limit) : Task.CompletedTask;

    /// <summary>An ephemeral node logs out as soon as nobody uses the tunnel any more, and at the limit at the latest.</summary>
    public async Task Leave(CancellationToken limit)
    {
        if (_opened is not { IsEphemeral: true })
            return;
        while (Network.Connections > 0 && !limit.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(20), _options.Time, limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Drain(limit);
        await Logout();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _life;
        if (_opened is { IsEphemeral: true })
            await Logout();
        Network.Stop("has ended");
        Volatile.Write(ref _standing, new TailnetStanding(TailnetState.Stopped, "it has ended", null, false));
        await _whereabouts.DisposeAsync();
        if (_router is not null)
            await _router.DisposeAsync();
        if (_opened is { } opened)
            await Close(opened);
        if (_nameListener is not null)
            await _nameListener.DisposeAsync();
        await Names.DisposeAsync();
        _carrier.Dispose();
        _stop.Dispose();
    }

    private async Task Live()
    {
        try
        {
            await BringUp();
            await Watch();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The network ends.
        }
        catch (Exception failure)
        {
            _log.Ended(Network.Name, failure);
            _options.Changed(Network.Name, "it has ended by a fault");
            Network.Stop("has ended by a fault");
            Volatile.Write(ref _standing, new TailnetStanding(TailnetState.Stopped, "it has ended by a fault", null, false));
            // Its thread has ended: nobody else touches the connections, and who waits for them must hear of it.
            if (_opened is { Attachment.Shard.Completion.IsCompleted: true })
                Network.DropAll();
        }
    }

    private async Task BringUp()
    {
        string? said = null;
        while (true)
        {
            _stop.Token.ThrowIfCancellationRequested();
            try
            {
                Open();
                return;
            }
            catch (IOException failure)
            {
                var advice = failure is Io.Native.SystemError system ? system.Advice : "";
                if (said != failure.Message)
                    _log.NotUp(Network.Name, $"{said = failure.Message}. {advice}".TrimEnd(), s_again.TotalSeconds);
                Volatile.Write(ref _standing, Standing with { Reason = failure.Message });
                _options.Changed(Network.Name, $"it cannot be brought up: {failure.Message}");
            }
            await Task.Delay(s_again, _options.Time, _stop.Token);
        }
    }

    private void Open()
    {
        var (store, folder) = TailnetSettings.OpenStore(Network.Name, _settings, _options, out var warning);
        Warn(warning);
        var roots = TailnetSettings.ControlRoots(_settings, _options);
        var identity = NodeIdentity.Load(store, _entropy, out warning);
        Warn(warning);
        if (identity.NodeKey is null)
        {
            identity = identity with { NodeKey = TailnetAttachment.NewKey(_entropy) };
            Keep(store, identity);
        }
        var cached = NetmapCache.Load(store, out warning);
        Warn(warning);
        var relays = MakeRelays(Copy(identity.NodeKey));
        HostInterface? device = null;
        TailnetAttachment attachment;
        try
        {
            device = OpenInterface();
            attachment = new TailnetAttachment(Terms(folder), identity.NodeKey, _stack, relays, device?.Device);
        }
        catch
        {
            device?.Dispose();
            device?.Device.Dispose();
            _ = relays.DisposeAsync().AsTask();
            identity.Dispose();
            throw;
        }
        var host = TailnetSettings.Host(_settings, _options, new KeyOf<MachineKind>(identity.MachineKey.PublicKey));
        var opened = new Opened(store, identity, attachment, relays, host, IsEphemeral: _settings.Ephemeral || store is MemoryStore, device);
        _opened = opened;
        _log.DataPath(Network.Name, attachment.Port);
        var how = identity.IsRegistered ? "which knows it" : _settings.AuthKey is not null ? "with a pre-authentication key" : "by a person who opens a page";
        _log.Joining(Network.Name, Url, host.Hostname, how);
        if (Tunnel.BridgeInbound)
        {
            var ports = Tunnel.ListenPort == 443 ? "443 and 80" : Tunnel.ListenPort.ToString(CultureInfo.InvariantCulture);
            _log.Bridged(Network.Name, ports);
        }
        Network.Start(attachment.Shard.Post);
        if (_router is not null)
            attachment.Shard.Post(_router.Begin);
        _whereabouts.Start(attachment);
        _control.SetResult(MakeControl(opened, cached, roots));
    }

    private ControlLoop MakeControl(Opened opened, NetworkMap? cached, Lazy<X509Certificate2Collection> roots)
    {
        var session = new ControlSession(new ControlOptions
        {
            Host = opened.Host,
            Endpoints = _whereabouts.LocalEndpoints(opened.Attachment.Port),
            WaitsForReport = true,
            NodeKey = Copy(opened.Identity.NodeKey!),
            IsRegistered = opened.Identity.IsRegistered,
            ServerKey = opened.Identity.ServerKey,
            DiscoKey = opened.Attachment.DiscoKey,
            AuthKey = _settings.AuthKey?.Reveal(),
            IsEphemeral = opened.IsEphemeral,
            CachedMap = cached,
        }, _entropy);
        var host = new Dialler(_options.Resolver, _options.Time, _options.Host);
        var asker = new HttpAsker(host, _options.Roots);
        // The relays of the last start know where the server is, where the host cannot look that up.
        var names = new BootstrapResolver(_options.Resolver, () => (Map ?? cached)?.Relays ?? DerpMap.Empty, new DerpDialler(host, _options.Roots, _options.Time), _entropy);
        var dialler = new ControlDialler(new Dialler(names, _options.Time, _options.Host), roots, _entropy, _options.Time);
        var client = new ControlClient(dialler, new ControlAddress(_settings.ControlUrl), opened.Identity.MachineKey.KeyPair, new AuthKeyMint(asker));
        return new ControlLoop(session, client, _options.Time, Show, new PingAnswers(client.Answer, asker, _pinger, _log));
    }

    private RelayLinks MakeRelays(PrivateKey key) => new(
        new DerpDialler(new Dialler(_options.Resolver, _options.Time, _options.Host), _options.Roots, _options.Time), _entropy, _options.Time, key, TailnetSettings.QueueCapacity(_settings))
    {
        Received = (int region, in PublicKey sender, ReadOnlySpan<byte> packet) => _opened?.Attachment.Received(region, sender, packet),
        Connected = (link, relay) =>
        {
            _log.RelayUp(Network.Name, relay, link.Region);
            if (link.HasLost)
                _opened?.Attachment.RelayFound(link.Region);
        },
        Disconnected = (link, reason) => _log.RelayEnded(Network.Name, link.Region, reason),
        Failed = (link, reason) => _log.RelayFailed(Network.Name, link.Region, reason),
        HealthChanged = link =>
        {
            if (link.Health is { } text)
                _log.RelayHealth(Network.Name, link.Region, text);
        },
    };

    private AttachmentTerms Terms(string? folder) => new()
    {
        Name = Network.Name,
        ListenPort = (ushort)_settings.DataPlane.ListenPort,
        Mark = Mark,
        Mtu = _settings.DataPlane.Mtu,
        QueueCapacity = TailnetSettings.QueueCapacity(_settings),
        Disco = TailnetSettings.Disco(_settings),
        StateFolder = folder,
        Time = _options.Time,
        Report = what => _log.Reported(Network.Name, what),
        Applied = Applied,
        Heard = _whereabouts.Heard,
        Checked = _whereabouts.Checked,
        EndpointsWanted = _whereabouts.EndpointsWanted,
        AddressesChanged = _whereabouts.AddressesChanged,
        PathsChanged = () => ThreadPool.UnsafeQueueUserWorkItem(static network => network.LogPaths(), this, preferLocal: false),
    };

    /// <summary>Looks after what time alone changes; ends with the first fault of a part.</summary>
    private async Task Watch()
    {
        var opened = _opened!;
        var control = await _control.Task;
        while (true)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            var round = Task.Delay(UntilRound(opened.Attachment), _options.Time, limit.Token);
            var asked = _rounds.Reader.ReadAsync(limit.Token).AsTask();
            var first = await Task.WhenAny(round, asked, opened.Attachment.Shard.Completion, control.Completion);
            await limit.CancelAsync();
            _stop.Token.ThrowIfCancellationRequested();
            if (first == opened.Attachment.Shard.Completion || first == control.Completion)
                await first;
            if (first != round)
                continue;
            opened.Attachment.Expire();
            FollowHost();
            await opened.Attachment.KeepStamp();
        }
    }

    /// <summary>The host's own resolvers change with the places where it is.</summary>
    private void FollowHost() => Names.Change(_options.HostResolvers.Read(), static (core, host) => core.Update(host));

    private TimeSpan UntilRound(TailnetAttachment attachment)
    {
        if (attachment.NextExpiry is not { } expiry)
            return s_round;
        var wait = expiry - UtcTime.Of(_options.Time.GetUtcNow()) + TimeSpan.FromSeconds(1);
        return wait <= TimeSpan.Zero ? TimeSpan.FromSeconds(1) : wait < s_round ? wait : s_round;
    }

    private async Task Logout()
    {
        if (Interlocked.Exchange(ref _hasLeft, 1) == 1 || !_control.Task.IsCompleted)
            return;
        try
        {
            await (await _control.Task).Logout(_options.LogoutTimeout);
            // The session ends within the limit of itself.
            var reason = await _loggedOut.Task.WaitAsync(_options.LogoutTimeout + TimeSpan.FromSeconds(1), _options.Time);
            if (reason.Length == 0)
                _log.LoggedOut(Network.Name);
            else
                _log.NotLoggedOut(Network.Name, reason);
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            _log.NotLoggedOut(Network.Name, "the control server did not answer in time");
        }
    }

    private async Task Close(Opened opened)
    {
        if (_control.Task.IsCompleted)
            await (await _control.Task).DisposeAsync();
        await _saving;
        await Network.DropAll(opened.Attachment.Shard);
        opened.Interface?.Dispose();
        await opened.Attachment.DisposeAsync();
        await opened.Relays.DisposeAsync();
        opened.Identity.Dispose();
    }

    private void Warn(string? warning)
    {
        if (warning is not null)
            _log.Reported(Network.Name, warning);
    }

    private static PrivateKey Copy(PrivateKey key) => new(key.KeyPair.PrivateKey);

    /// <summary>What there is from the moment on that the sockets are open.</summary>
    private sealed record Opened(IStateStore Store, NodeIdentity Identity, TailnetAttachment Attachment, RelayLinks Relays, HostInfo Host, bool IsEphemeral, HostInterface? Interface)
    {
        public NodeIdentity Identity { get; set; } = Identity;
    }
}
