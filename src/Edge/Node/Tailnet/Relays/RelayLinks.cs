using System.Collections.Concurrent;
using Edge.Foundation;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Io.Derp;
using Edge.Protocols.Derp;

namespace Edge.Node.Tailnet.Relays;

/// <summary>The relays of a tailnet, by region: the home is kept, another is connected to when a packet is to go there.</summary>
/// <param name="dialler">How they are reached.</param>
/// <param name="entropy">For their hellos.</param>
/// <param name="time">For pauses.</param>
/// <param name="key">The node's; disposed with this.</param>
/// <param name="capacity">Bytes that wait in one direction of a region.</param>
internal sealed class RelayLinks(DerpDialler dialler, EntropySource entropy, TimeProvider time, PrivateKey key, int capacity) : IAsyncDisposable
{
    // As many regions as a map may make this node hold connections and memory for.
    private const int MostRegions = 256;

    private readonly ConcurrentDictionary<int, RelayLink> _links = new();
    private readonly Lock _lock = new();
    private readonly List<PrivateKey> _retired = [];
    private volatile PrivateKey _key = key;
    private volatile DerpMap _map = DerpMap.Empty;
    private volatile int _home;
    private volatile bool _isDisposed;

    public DerpMap Map => _map;

    /// <summary>The region of the home relay; 0: none yet.</summary>
    public int Home => _home;

    /// <summary>Takes what a relay brought; by the relays' own threads, and it must not wait.</summary>
    public required RelayedPacket Received { get; init; }

    /// <summary>Told of a relay that took this node in, with its name.</summary>
    public Action<RelayLink, string> Connected { get; init; } = static (_, _) => { };

    /// <summary>Told of a connection that ended, and why.</summary>
    public Action<RelayLink, string> Disconnected { get; init; } = static (_, _) => { };

    /// <summary>Told why a relay is not reached, once for each reason.</summary>
    public Action<RelayLink, string> Failed { get; init; } = static (_, _) => { };

    /// <summary>Told when a relay says that something is wrong, or no more.</summary>
    public Action<RelayLink> HealthChanged { get; init; } = static _ => { };

    internal DerpDialler Dialler => dialler;

    internal EntropySource Entropy => entropy;

    internal TimeProvider Time => time;

    public IEnumerable<RelayLink> All => _links.Values;

    /// <summary>When the home's relay last said anything; null: never.</summary>
    public Timestamp? HomeHeardAt => _links.TryGetValue(_home, out var link) ? link.HeardAt : null;

    /// <summary>Completes when the home's relay has taken this node in; at once where there is no home.</summary>
    public Task HomeWelcomed => _links.TryGetValue(_home, out var link) ? link.Welcomed : Task.CompletedTask;

    public void SetMap(DerpMap map) => _map = map;

    /// <summary>The region in which this node waits from now on; 0: none.</summary>
    public void SetHome(int region)
    {
        if (_home == region)
            return;
        _home = region;
        if (region != 0)
            Find(region)?.SetHome(true);
        foreach (var (other, link) in _links)
        {
            if (other != region)
                link.SetHome(false);
        }
    }

    /// <summary>Takes a packet for a node; it never waits, and what cannot go is lost.</summary>
    public void Send(int region, in PublicKey node, ReadOnlySpan<byte> packet) => Find(region)?.Send(node, packet);

    /// <summary>This machine's addresses changed: connections that do not answer are made anew.</summary>
    public void Probe()
    {
        foreach (var link in _links.Values)
            link.Probe();
    }

    /// <summary>The node has another key: the relays are told by new connections.</summary>
    /// <param name="next">Disposed with this.</param>
    public async Task Rekey(PrivateKey next)
    {
        lock (_lock)
        {
            // A connection that is being made may still hold it.
            _retired.Add(_key);
            _key = next;
        }
        foreach (var link in _links.Values)
            await link.Reconnect();
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        foreach (var link in _links.Values)
            await link.DisposeAsync();
        _key.Dispose();
        foreach (var old in _retired)
            old.Dispose();
    }

    internal DerpClientOptions Client() => new() { Key = _key };

    private RelayLink? Find(int region)
    {
        if (_links.TryGetValue(region, out var link))
            return link;
        if (_isDisposed || _links.Count >= MostRegions || _map.Find(region) is null)
            return null;
        lock (_lock)
            return _isDisposed ? null : _links.GetOrAdd(region, static (region, state) => new RelayLink(state.Links, region, state.Capacity), (Links: this, Capacity: capacity));
    }
}
