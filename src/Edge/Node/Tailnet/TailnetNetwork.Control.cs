using System.Collections.Immutable;
using Edge.Dataplane.Tailnet;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Node.Networks;
using Edge.Node.Tailnet.Relays;
using Edge.Node.Tailnet.Routing;
using Edge.Node.Tailnet.State;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Control.Session;
using Edge.Protocols.Dns;

namespace Edge.Node.Tailnet;

// What the control session tells, on its loop: nothing here waits but for the disk, where a key must be kept before it is used.
internal sealed partial class TailnetNetwork
{
    // A netmap that changes all the time is not written all the time.
    private static readonly TimeSpan s_cacheInterval = TimeSpan.FromSeconds(30);

    // Where the control server waits for what is still being found out.
    private static readonly TimeSpan s_reportLimit = TimeSpan.FromMilliseconds(1_500);

    private readonly Lock _listening = new();
    private readonly ImmutableArray<IpPrefix> _ranges;
    private ImmutableArray<Action<NetworkMap>> _listeners = [];
    private NetworkMap? _map;
    private NetworkMap? _unsaved;
    private DerpMap _relayMap = DerpMap.Empty;
    private Task _saving = Task.CompletedTask;
    private TailnetStanding _standing = TailnetStanding.Starting;
    private ControlStatus _status = ControlStatus.Stopped;
    private string? _saidFault;
    private string? _saidUrl;
    private ValueList<DisplayMessage> _saidMessages;
    private string? _saidLock;
    private bool _isAuthenticated;
    private bool _isLost;
    private volatile bool _isReported;

    /// <summary>The tailnet as it is known now, read by any thread; null: nothing is known yet.</summary>
    public NetworkMap? Map => Volatile.Read(ref _map);

    /// <summary>The netmap is of an earlier start, and the control server has not confirmed it.</summary>
    public bool IsMapCached { get; private set; }

    /// <summary>Where it stands.</summary>
    public TailnetStanding Standing => Volatile.Read(ref _standing);

    /// <summary>Has each netmap from now on handed over, and the present one first, where there is one. On the session's loop: whoever listens must not wait.</summary>
    /// <returns>Ends it.</returns>
    public IDisposable Subscribe(Action<NetworkMap> changed)
    {
        lock (_listening)
        {
            _listeners = _listeners.Add(changed);
            if (Map is { } map)
                changed(map);
        }
        return new Subscription(this, changed);
    }

    private void Show(ControlAction action)
    {
        switch (action)
        {
            case PublishNetmap published:
                Publish(published.Map, published.IsCached);
                break;
            case ShowStatus shown:
                Show(shown.Status);
                break;
            case StoreIdentity stored:
                Store(stored);
                break;
            case ShowPage page:
                _log.Page(Network.Name, page.Url);
                break;
            default:
                // Pings are answered elsewhere.
                break;
        }
    }

    private void Publish(NetworkMap map, bool isCached)
    {
        var opened = _opened!;
        if (isCached && map.Self.IsExpiredAt(UtcTime.Of(_options.Time.GetUtcNow())))
        {
            _log.Reported(Network.Name, "the network map of the last start is of no use: this node's key has ended");
            return;
        }
        var (isFirst, wasCached) = (Map is null, IsMapCached);
        OpenPeerApi(opened, map.Self);
        var exitNode = FindExitNode(map);
        Names.Change(
            (Map: map, Dns: new DnsPreferences(_settings.AcceptDns, ExitNodeId), Host: _options.HostResolvers.Read()), static (core, state) => core.Update(state.Map, state.Dns, state.Host));
        if (isFirst || Map!.Relays != map.Relays)
            _relayMap = CustomRelays.Add(map.Relays, _settings.Derp.CustomRelays);
        opened.Relays.SetMap(_relayMap);
        // Peers still send to where this node waited the last time.
        if (opened.Relays.Home == 0 && _relayMap.Find(map.Self.HomeRegion) is not null)
            opened.Relays.SetHome(map.Self.HomeRegion);
        if (_settings.AcceptRoutes || isFirst)
            ClaimRoutes(map);
        opened.Attachment.Apply(map, Preferences(exitNode));
        if (Map?.Self.Addresses != map.Self.Addresses)
            Network.SetAddresses([.. map.Self.Addresses.Span.ToArray().Select(static prefix => prefix.Address)]);
        FollowInterface(opened, map, isFirst);
        _whereabouts.SetMap(_relayMap);
        lock (_listening)
        {
            IsMapCached = isCached;
            Volatile.Write(ref _map, map);
            foreach (var listener in _listeners)
                listener(map);
        }
        if (!isCached)
            Keep(map);
        Say(map, isFirst, isCached, wasCached);
        Stand();
    }

    private TailnetPreferences Preferences(TailnetNode? exitNode) => new()
    {
        ExitNode = exitNode?.Id ?? default,
        AcceptsRoutes = _settings.AcceptRoutes,
        AdvertisedRoutes = _opened!.Host.RoutableIps,
    };

    /// <summary>Networks behind peers are reached through the tunnel too.</summary>
    private void ClaimRoutes(NetworkMap map)
    {
        var before = Map;
        List<PeerChange> changes = [];
        map.CollectChanges(before, changes);
        if (before is not null && !changes.Exists(static change => change.Before?.AllowedIps != change.After?.AllowedIps))
            return;
        List<IpPrefix> ranges = [.. _ranges];
        // Whether the exit node is there or not: what is to leave by it does not leave by the host.
        if (_settings.ExitNode is not null)
            ranges.AddRange(RoutePolicy.Public);
        foreach (var (_, peer) in _settings.AcceptRoutes ? map.Peers : PersistentMap<NodeId, TailnetNode>.Empty)
        {
            foreach (var prefix in peer.AllowedIps)
            {
                if (prefix.Length > 0 && !peer.Addresses.Contains(prefix))
                    ranges.Add(prefix);
            }
        }
        Network.SetRanges([.. ranges.Distinct()]);
    }

    /// <summary>On the network's thread: a netmap is in force.</summary>
    private void Applied(NetworkMap map) => _rounds.Writer.TryWrite(true);

    private void Say(NetworkMap map, bool isFirst, bool isCached, bool wasCached)
    {
        if (!isCached && !_isAuthenticated)
        {
            _isAuthenticated = true;
            _log.Authenticated(Network.Name, Url);
            _ = ReportSoon();
        }
        if (isFirst || (wasCached && !isCached))
        {
            var addresses = string.Join(", ", map.Self.Addresses.Span.ToArray().Select(static prefix => prefix.Address));
            var node = map.Self.Name.TrimEnd('.');
            _log.Mapped(Network.Name, isCached ? " of the last start" : "", node, addresses, map.Peers.Count);
        }
        if (isFirst && map.Dns.IsMagicDns && map.Dns.Domains.Count > 0)
        {
            var domain = map.Dns.Domains[0].TrimEnd('.');
            _log.Named(Network.Name, domain);
        }
        _options.Events.Publish(Network.Name, "netmap", "", string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{map.Self.Name.TrimEnd('.')}, {map.Peers.Count} peers{(isCached ? ", of the last start" : "")}"));
        SayLock(LockHealth(map));
        if (_saidMessages == map.Messages)
            return;
        foreach (var message in _saidMessages)
        {
            if (!map.Messages.Contains(message))
                _options.Events.Publish(Network.Name, "health", message.Title, "");
        }
        foreach (var message in map.Messages)
        {
            if (!_saidMessages.Contains(message))
            {
                _log.Health(Network.Name, $"{message.Title}: {message.Text}");
                _options.Events.Publish(Network.Name, "health", message.Title, message.Text);
            }
        }
        _saidMessages = map.Messages;
    }

    private void SayLock(string? health)
    {
        if (health == _saidLock)
            return;
        _saidLock = health;
        if (health is not null)
            _log.Health(Network.Name, health);
        _options.Events.Publish(Network.Name, "health", "tailnet lock", health ?? "");
    }

    private void Show(ControlStatus status)
    {
        _status = status;
        switch (status.State)
        {
            case ControlState.NeedsLogin when status.LoginUrl != _saidUrl:
                _saidUrl = status.LoginUrl;
                _log.Login(Network.Name, status.LoginUrl);
                break;
            case ControlState.NeedsApproval:
                _log.Approval(Network.Name);
                break;
            case ControlState.Waiting when Map is null || IsMapCached || status.FailedStep == ControlStep.Register:
                SayFault(status);
                break;
            case ControlState.Waiting when !_isLost:
                _isLost = true;
                var reason = Redacted(status.Reason);
                _log.ControlLost(Network.Name, Url, reason);
                break;
            case ControlState.Running when _isLost || _saidFault is not null:
                (_isLost, _saidFault) = (false, null);
                _log.ControlBack(Network.Name, Url);
                break;
            case ControlState.LoggedOut:
                _loggedOut.TrySetResult(status.Reason);
                break;
        }
        Stand();
    }

    private void SayFault(ControlStatus status)
    {
        var said = $"{status.FailedStep} {status.Reason}";
        if (said == _saidFault)
            return;
        _saidFault = said;
        var advice = status.FailedStep switch
        {
            ControlStep.Register when _settings.AuthKey is not null => "Look at `authKey`: it may be used up, have ended, or be another server's. ",
            ControlStep.FetchKey or ControlStep.Dial => "Look at `controlUrl`, and whether this host reaches it. ",
            _ => "",
        };
        var (step, reason) = (Words(status.FailedStep), Redacted(status.Reason));
        _log.ControlFailed(Network.Name, step, Url, reason, advice);
    }

    /// <summary>Works out where the node stands, and tells who wants to know.</summary>
    private void Stand()
    {
        var (status, map) = (_status, Map);
        var trouble = status.Reason.Length > 0 ? $"{Words(status.FailedStep)} of {Url} failed: {Redacted(status.Reason)}" : null;
        var before = Standing.State;
        var (state, reason) = status.State switch
        {
            ControlState.LoggedOut => (TailnetState.Stopped, "it has left the network"),
            ControlState.NeedsLogin when map is null => (TailnetState.NeedsLogin, $"somebody must let it in: open {status.LoginUrl}"),
            _ when map is { Self.IsMachineAuthorized: false } => (TailnetState.NeedsApproval, "an administrator must let the machine in"),
            _ when map is null => (TailnetState.Starting, trouble ?? $"it waits for the network map of {Url}"),
            _ => (TailnetState.Running, trouble),
        };
        var isRefused = status is { State: ControlState.Waiting, FailedStep: ControlStep.Register };
        Volatile.Write(ref _standing, new TailnetStanding(state, reason, status.LoginUrl.Length > 0 ? status.LoginUrl : null, isRefused));
        Network.State = state == TailnetState.Running ? "is coming up" : $"is not up: {reason}";
        if (state == TailnetState.Running && before != TailnetState.Running)
        {
            var node = map!.Self.Name.TrimEnd('.');
            _log.TailnetUp(Network.Name, node);
        }
        _options.Changed(Network.Name, state == TailnetState.Running ? null : reason);
        _options.Noted(Network.Name, state == TailnetState.Running ? Note(trouble) : null);
    }

    private string? Note(string? trouble) =>
        Standing.LoginUrl is { } url ? $"somebody must let it in again: open {url}"
        : trouble is not null ? $"{trouble}; the last network map stays in force"
        : IsMapCached ? "the network map is of the last start; the control server has not answered yet"
        : null;

    private void Store(StoreIdentity stored)
    {
        var opened = _opened!;
        var isRotated = opened.Identity.NodeKey!.PublicKey != stored.NodeKey.PublicKey;
        var old = opened.Identity.NodeKey;
        opened.Identity = opened.Identity with { NodeKey = Copy(stored.NodeKey), IsRegistered = stored.IsRegistered, ServerKey = stored.ServerKey };
        old.Dispose();
        Keep(opened.Store, opened.Identity);
        if (!isRotated)
            return;
        opened.Attachment.Rekey(opened.Identity.NodeKey);
        _ = opened.Relays.Rekey(Copy(opened.Identity.NodeKey));
    }

    private void Keep(IStateStore store, NodeIdentity identity)
    {
        try
        {
            identity.Save(store);
        }
        catch (IOException failure)
        {
            _log.Reported(Network.Name, $"{failure.Message}: after a restart this is another node");
        }
    }

    /// <summary>Writes the netmap beside the loop, and not too often.</summary>
    private void Keep(NetworkMap map)
    {
        // Nothing is gained by what ends with the process.
        if (_opened!.Store is MemoryStore || Interlocked.Exchange(ref _unsaved, map) is not null || !_saving.IsCompleted)
            return;
        _saving = Task.Run(SaveMaps);
    }

    private async Task SaveMaps()
    {
        while (Interlocked.Exchange(ref _unsaved, null) is { } map)
        {
            try
            {
                NetmapCache.Save(_opened!.Store, map);
            }
            catch (IOException failure)
            {
                _log.Reported(Network.Name, $"{failure.Message}: after a restart the node waits for the control server");
            }
            await Task.Delay(s_cacheInterval, _options.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Where this node is has been found out.</summary>
    private async ValueTask Tell(NetInfo info, ValueList<OwnEndpoint> endpoints)
    {
        _isReported = true;
        Endpoints = [.. endpoints.Select(static endpoint => endpoint.Endpoint)];
        await (await _control.Task).SetReport(_opened!.Host with { Network = info, Services = _services, ExitNodeId = ExitNodeId }, endpoints);
    }

    /// <summary>Peers want to know of this node before all STUN servers have answered, or failed to.</summary>
    private async Task ReportSoon()
    {
        await Task.Delay(s_reportLimit, _options.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_isReported || _stop.IsCancellationRequested)
            return;
        try
        {
            await (await _control.Task).SetReport(_opened!.Host with { Services = _services, ExitNodeId = ExitNodeId }, _whereabouts.LocalEndpoints(_opened.Attachment.Port));
        }
        catch (OperationCanceledException)
        {
            // The network ends.
        }
    }

    private string Redacted(string text) => _settings.AuthKey is { } key && key.Reveal() is { Length: > 0 } secret ? text.Replace(secret, Foundation.Configuration.Secret.Mask, StringComparison.Ordinal) : text;

    private static string Words(ControlStep? step) => step switch
    {
        ControlStep.FetchKey => "asking for the key",
        ControlStep.Dial => "reaching the control server",
        ControlStep.Noise => "the handshake with the control server",
        ControlStep.Register => "registration with the control server",
        ControlStep.Logout => "logging out",
        _ => "the network map",
    };

    private sealed class Subscription(TailnetNetwork network, Action<NetworkMap> changed) : IDisposable
    {
        public void Dispose()
        {
            lock (network._listening)
                network._listeners = network._listeners.Remove(changed);
        }
    }
}
