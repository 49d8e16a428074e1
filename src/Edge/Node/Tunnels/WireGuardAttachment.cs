using Edge.Dataplane;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Io.Native;
using Edge.Io.Shard;
using Edge.Io.Tun;
using Edge.Io.Udp;
using Edge.Node.WgQuick;
using Edge.Protocols.Routes;
using Edge.Protocols.WireGuard;

namespace Edge.Node.Tunnels;

/// <summary>
/// A WireGuard device with its UDP sockets on a shard, and what keeps it going: peers that are named are looked up, the greatest handshake
/// timestamp is kept. Whether the packets inside are the system's or a netstack's is the owner's affair.
/// </summary>
/// <param name="configuration">The owner's, to dispose after this.</param>
/// <param name="options">How it is run.</param>
internal sealed class WireGuardAttachment(QuickConfiguration configuration, AttachmentOptions options) : IAsyncDisposable
{
    // How often stamps are kept and peers without an answer are looked up again.
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(5);

    private readonly List<IDisposable> _owned = [];
    private readonly List<PeerId> _peers = [];
    private readonly CancellationTokenSource _stop = new();
    private Shard? _shard;
    private SocketPair? _sockets;
    private WireGuardDevice? _device;
    private HandshakeStampFile? _stamps;
    private Task _rounds = Task.CompletedTask;
    private string? _lastLookUp;

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<PeerId> Peers => _peers;

    /// <summary>After <see cref="MakeEngine"/>; on the data path's thread from <see cref="Run"/> on.</summary>
    public WireGuardDevice Device => _device!;

    /// <summary>After <see cref="Run"/>.</summary>
    public Shard Shard => _shard!;

    /// <summary>After <see cref="OpenSockets"/>: one of the two, for what both have in common.</summary>
    public UdpSocket Socket => _sockets!.Any;

    /// <summary>Starts the data path's thread.</summary>
    /// <param name="engine">From <see cref="MakeEngine"/>.</param>
    /// <param name="name">For people who look at threads.</param>
    /// <param name="tun">Owned from here on; null where the engine's netstack has the packets.</param>
    /// <param name="first">What it does before it takes a packet.</param>
    public void Run(Engine engine, string name, TunDevice? tun, Action<Shard>? first = null)
    {
        _shard = new Shard(engine, name, tun, _sockets!.V4, _sockets.V6);
        // The shard owns them from here on.
        _owned.RemoveAll(owned => ReferenceEquals(owned, _sockets) || ReferenceEquals(owned, engine));
        first?.Invoke(_shard);
        _shard.Start();
        _rounds = Rounds();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _rounds;
        if (_shard is not null)
        {
            _shard.Stop();
            await ((Task)_shard.Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stamps?.Write(_device!.LatestStamp);
            _shard.Dispose();
        }
        for (var i = _owned.Count - 1; i >= 0; i--)
            _owned[i].Dispose();
        _stop.Dispose();
    }

    /// <summary>Runs something on the data path's thread and waits for it.</summary>
    /// <exception cref="TimeoutException">The data path does not answer.</exception>
    public Task Ask(Action<Timestamp> request) => _shard!.Ask(request);

    /// <summary>One socket a family, on one port.</summary>
    /// <exception cref="SystemError">There is none to be had.</exception>
    public void OpenSockets() => _sockets = Own(SocketPair.Open(configuration.ListenPort, options.Mark, options.Report));

    /// <summary>The engine, with the device and its peers.</summary>
    /// <param name="stack">The netstack that has the packets; null: the system has them.</param>
    /// <exception cref="SystemError">A peer is this side itself.</exception>
    public Engine MakeEngine(EngineStack? stack)
    {
        EntropySource entropy = new SystemEntropy();
        if (options.KeyLog is { } path)
        {
            var peers = configuration.Peers;
            entropy = Own(new KeyLoggingEntropy(
                entropy, path, configuration.PrivateKey, peers.Select(peer => peer.PublicKey), peers.Select(peer => peer.PresharedKey).Where(key => key.Length > 0)));
            options.Report($"WARNING: the keys of every session are written to {path}: whoever reads it reads the tunnel. Delete it when you are done.");
        }
        Span<byte> publicKey = stackalloc byte[32];
        Crypto.X25519.PublicKey(configuration.PrivateKey, publicKey);
        _stamps = new HandshakeStampFile(options.StateDirectory, publicKey);
        _device = new WireGuardDevice(new DeviceOptions { PrivateKey = configuration.PrivateKey, Mtu = configuration.Mtu, LatestStamp = _stamps.Read() }, entropy);
        var routes = new Routes();
        foreach (var peer in configuration.Peers)
        {
            if (peer.PublicKey.AsSpan().SequenceEqual(publicKey))
                throw new SystemError($"adding the peer of line {peer.Line}", Errno.Invalid, "Its PublicKey is this side's own.");
            var id = _device.AddPeer(MonotonicClock.Now, new PeerOptions
            {
                PublicKey = peer.PublicKey,
                PresharedKey = peer.PresharedKey,
                Path = peer.Endpoint is { } endpoint && IpAddress.TryParse(endpoint.Host, out var address) ? new DatagramPath(new Endpoint(address, endpoint.Port), default) : default,
                PersistentKeepalive = peer.PersistentKeepalive,
            });
            _peers.Add(id);
            foreach (var prefix in peer.AllowedIps)
                routes.Add(prefix, id);
        }
        return Own(new Engine(_device, routes, stack));
    }

    /// <summary>Looks up peers that are named until they are found, and again while they do not answer; keeps the stamp.</summary>
    private async Task Rounds()
    {
        var found = new bool[_peers.Count];
        var asked = new int[_peers.Count];
        try
        {
            for (var round = 0; ; round++)
            {
                for (var i = 0; i < _peers.Count; i++)
                {
                    if (configuration.Peers[i].Endpoint is not { } endpoint || IpAddress.TryParse(endpoint.Host, out _))
                        continue;
                    // Not found: every round. Found, but its handshakes go unanswered: after 15 s, and every 15 s from then on.
                    var isDue = !found[i] || (await IsUnanswered(i) ? ++asked[i] % 3 == 0 : (asked[i] = 0) != 0);
                    if (isDue)
                        found[i] = await LookUp(i, endpoint);
                }
                await Task.Delay(s_round, _stop.Token);
                var stamp = default(HandshakeStamp);
                await Ask(_ => stamp = _device!.LatestStamp);
                if (!_stamps!.Write(stamp) && round == 0)
                    options.Report($"the state folder {options.StateDirectory} cannot be written: after a restart with a clock that went back, peers may refuse handshakes for a while");
            }
        }
        catch (OperationCanceledException)
        {
            // The tunnel ends.
        }
        catch (TimeoutException)
        {
            // The data path has ended by a fault, which ends the tunnel.
        }
    }

    private async Task<bool> IsUnanswered(int peer)
    {
        var isHandshaking = false;
        await Ask(_ => isHandshaking = _device!.StatusOf(_peers[peer]).IsHandshaking);
        return isHandshaking;
    }

    private async Task<bool> LookUp(int peer, QuickEndpoint endpoint)
    {
        List<IpAddress> usable;
        try
        {
            var addresses = await options.Resolver.Resolve(endpoint.Host, _stop.Token);
            usable = [.. addresses.Select(IpAddress.Of).Where(address => address.IsV4 ? _sockets!.V4 is not null : _sockets!.V6 is not null)];
        }
        catch (DialException e)
        {
            if (_lastLookUp != e.Message)
                options.Report(_lastLookUp = e.Message);
            return false;
        }
        if (usable.Count == 0)
            return false;
        var path = new DatagramPath(new Endpoint(usable[0], endpoint.Port), default);
        await Ask(now =>
        {
            if (_device!.PathOf(_peers[peer]).Remote == path.Remote)
                return;
            _device.SetPath(_peers[peer], path);
            if (configuration.Peers[peer].PersistentKeepalive > TimeSpan.Zero || _device.StatusOf(_peers[peer]).IsHandshaking)
                _device.Connect(now, _peers[peer]);
        });
        return true;
    }

    private T Own<T>(T disposable)
        where T : IDisposable
    {
        _owned.Add(disposable);
        return disposable;
    }
}
