using System.Globalization;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Node.Networks;
using Edge.Node.Tailnet.Checks;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Disco;
using Edge.Protocols.Dns;

namespace Edge.Node.Tailnet;

// What people are told of the node and its peers.
internal sealed partial class TailnetNetwork
{
    // Peers that the network's thread is asked of at once: it has packets to carry.
    private const int StatusBatch = 512;

    /// <summary>Where this node seems to be, as peers are told.</summary>
    public ValueList<Endpoint> Endpoints { get; private set; }

    /// <summary>The region in which this node waits; 0: none.</summary>
    public int HomeRegion => _opened?.Relays.Home ?? 0;

    /// <summary>Texts of <see cref="TailnetStatus.Health"/>.</summary>
    public int HealthCount => Health(_opened, Map).Count;

    /// <exception cref="TimeoutException">The data path does not answer.</exception>
    public async Task<TailnetStatus> Status()
    {
        var (opened, map) = (_opened, Map);
        List<TailnetPeerStatus> peers = [];
        if (opened is not null && map is not null)
        {
            foreach (var batch in map.Peers.Select(static peer => peer.Value).Chunk(StatusBatch))
            {
                await opened.Attachment.Shard.Ask(now =>
                {
                    foreach (var peer in batch)
                        peers.Add(Describe(now, opened.Attachment, peer));
                });
            }
        }
        return new TailnetStatus(
            Network.Name, Url, Standing, IsMapCached, map, map?.Relays.Find(opened?.Relays.Home ?? 0), opened?.Attachment.Port ?? 0, Endpoints, peers, Health(opened, map))
        {
            Interface = InterfaceName,
        };
    }

    /// <inheritdoc cref="Pings.IPeerPinger.Ping"/>
    public Task<PingReport> Ping(IpAddress target, PingKind kind, CancellationToken cancellation) => _pinger.Ping(target, kind, cancellation);

    /// <summary>Asks all regions' STUN servers anew, from the socket that peers send to.</summary>
    /// <returns>Null: there is no network map yet that names any.</returns>
    public async Task<CheckedNetwork?> CheckNetwork(CancellationToken cancellation)
    {
        if (_opened is not { } opened || Map is null)
            return null;
        var report = await _whereabouts.CheckNow().WaitAsync(cancellation);
        return new CheckedNetwork(_options.Time.GetUtcNow(), report, _relayMap, opened.Relays.Home, opened.Attachment.HasV6, _whereabouts.Local);
    }

    private static List<string> Health(Opened? opened, NetworkMap? map)
    {
        List<string> health = [];
        foreach (var message in map?.Messages ?? default)
            health.Add($"{message.Title}: {message.Text}");
        if (LockHealth(map) is { } trust)
            health.Add(trust);
        foreach (var link in opened?.Relays.All ?? [])
        {
            if (link.Fault is { } fault)
                health.Add(string.Create(CultureInfo.InvariantCulture, $"the relay of region {link.Region} is not reached: {fault}"));
            if (link.Health is { } text)
                health.Add(string.Create(CultureInfo.InvariantCulture, $"the relay of region {link.Region} says: {text}"));
        }
        return health;
    }

    /// <summary>Tailnet lock is for clients to check, and this one does not. Null: it is off.</summary>
    private static string? LockHealth(NetworkMap? map) => map is null or { TailnetLockHead.Length: 0 } ? null
        : "tailnet lock is on: this node does not check signatures, and takes the control server's word for the keys of its peers"
            + (map.Self.KeySignature.IsEmpty ? $"; its own key is not signed, and peers refuse it until somebody runs `tailscale lock sign {map.Self.Key}`" : "");

    /// <summary>On the network's thread.</summary>
    private static TailnetPeerStatus Describe(Timestamp now, TailnetAttachment attachment, TailnetNode peer)
    {
        var engine = attachment.Engine;
        var id = engine.Tailnet!.Peers.Find(peer.Id);
        if (id.IsNone)
            return new TailnetPeerStatus(peer, PathKind.None, PathState.Unknown, null, null, null, 0, 0);
        var (tunnel, path) = (engine.Device.StatusOf(id), engine.Tailnet.Paths.StatusOf(id));
        var kind = path.Remote != default && path.State is PathState.Direct or PathState.Degraded ? PathKind.Direct
            : path.State != PathState.Unknown && path.Region != 0 ? PathKind.Relay
            : PathKind.None;
        return new TailnetPeerStatus(
            peer, kind, path.State, kind == PathKind.Direct ? path.Remote : null, kind == PathKind.Direct ? path.Latency : null,
            tunnel.HasHandshake ? now - tunnel.LastHandshake : null, tunnel.ReceivedBytes, tunnel.SentBytes);
    }

    /// <summary>On the network's thread: why nobody answers at an address.</summary>
    private string? Explain(Timestamp now, IpAddress address)
    {
        if (_opened is not { } opened)
            return null;
        var engine = opened.Attachment.Engine;
        var id = engine.Routes.Find(address);
        if (id.IsNone)
            return null;
        var name = engine.Tailnet!.Peers.NodeOf(id)?.Name.TrimEnd('.') ?? "its peer";
        var (tunnel, path) = (engine.Device.StatusOf(id), engine.Tailnet.Paths.StatusOf(id));
        if (path.Region == 0 && path.Remote == default)
            return $"{name} has no home relay, and none of its endpoints answers";
        if (!tunnel.HasHandshake)
            return $"{name} does not answer: it may be offline, or may not know of this node yet";
        return tunnel.IsHandshaking
            ? string.Create(CultureInfo.InvariantCulture, $"{name} does not answer any more; its last handshake was {(now - tunnel.LastHandshake).TotalSeconds:0} s ago")
            : $"{name} is there, but drops this connection: its policy may not allow it";
    }

    private void LogPaths()
    {
        while (_opened!.Attachment.TryTakeEvent(out var news))
        {
            _pinger.Note(news);
            var happened = news.Event;
            var path = happened.State switch
            {
                PathState.Direct => string.Create(CultureInfo.InvariantCulture, $"direct, {happened.Remote}, {happened.Latency.TotalMilliseconds:0.0} ms"),
                PathState.Degraded => string.Create(CultureInfo.InvariantCulture, $"degraded: {happened.Remote} does not answer, the relay helps"),
                PathState.RelayOnly => $"by its relay {RegionName(news.Node.HomeRegion)}",
                _ => null,
            };
            if (path is null || happened.Kind == PathEventKind.Pong)
                continue;
            var peer = news.Node.Name.TrimEnd('.');
            _log.Path(Network.Name, peer, path);
            _options.Events.Publish(Network.Name, "path", peer, path);
        }
    }

    private void SayNameServer(DnsUpstream server, Exception failure) => _log.NameServerFailed(Network.Name, server, failure.Message);

    private void NoteHome(DerpRegion? region)
    {
        if (region is null)
            _log.NoHome(Network.Name);
        else
            SayHome(Describe(region));
        _options.Events.Publish(Network.Name, "home", "", region is null ? "none" : Describe(region));
    }

    private void SayHome(string relay) => _log.Home(Network.Name, relay);

    private string RegionName(int region) => Map?.Relays.Find(region) is { } known ? Describe(known) : string.Create(CultureInfo.InvariantCulture, $"{region}");

    /// <summary>A region's relays, for people.</summary>
    public static string Describe(DerpRegion region) =>
        region.Code.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"{region.Code} (region {region.Id})") : string.Create(CultureInfo.InvariantCulture, $"region {region.Id}");
}
