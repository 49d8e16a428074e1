using System.Text.Json;
using Edge.Dataplane;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Io.Native;
using Edge.Io.Netlink;
using Edge.Io.Shard;
using Edge.Io.Tun;
using Edge.Io.Udp;
using Edge.Node.WgQuick;
using Edge.Protocols.Routes;
using Edge.Protocols.WireGuard;

namespace Edge.Node.Tunnels;

/// <summary>
/// Plain WireGuard as a wg-quick file describes it, on a TUN interface: engine, descriptors and machine wired together, until it is stopped.
/// What it set up is undone when it is disposed, and after a crash when the next one starts.
/// </summary>
internal sealed class WireGuardTunnel : IAsyncDisposable
{
    // How often stamps are kept and peers without an answer are looked up again.
    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(5);

    private readonly QuickConfiguration _configuration;
    private readonly TunnelOptions _options;
    private readonly RunDirectory _directory;
    private readonly HostSetup _setup;
    private readonly List<IDisposable> _owned = [];
    private readonly List<PeerId> _peers = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _downRequest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly uint _mark;
    private Shard? _shard;
    private TunDevice? _tun;
    private UdpSocket? _v4;
    private UdpSocket? _v6;
    private WireGuardDevice? _device;
    private HandshakeStampFile? _stamps;
    private TunnelSocket? _socket;
    private Task _rounds = Task.CompletedTask;
    private string? _lastLookUp;

    private WireGuardTunnel(QuickConfiguration configuration, TunnelOptions options)
    {
        _configuration = configuration;
        _options = options;
        _directory = RunDirectory.Open(options.RunDirectory);
        HostSetup.CleanUp(_directory, options.Report);
        _mark = HostSetup.MarkFor(configuration);
        _setup = new HostSetup(_directory, options.InterfaceName, options.Report);
    }

    /// <summary>Completes when somebody asks for the end over the socket, or when the data path ends by a fault.</summary>
    public Task Ended => Task.WhenAny(_downRequest.Task, _shard!.Completion).Unwrap();

    public string InterfaceName => _tun!.Name;

    public int ListenPort => (_v4 ?? _v6)!.Port;

    /// <summary>Brings a tunnel up.</summary>
    /// <param name="configuration">Kept, and disposed with the tunnel.</param>
    /// <param name="options">How it is run.</param>
    /// <exception cref="IOException">A step failed, and those before it are undone.</exception>
    public static async Task<WireGuardTunnel> Start(QuickConfiguration configuration, TunnelOptions options)
    {
        var tunnel = new WireGuardTunnel(configuration, options);
        try
        {
            tunnel.Open();
            return tunnel;
        }
        catch
        {
            await tunnel.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="TimeoutException">The data path does not answer.</exception>
    public async Task<TunnelStatus> Status()
    {
        var peers = new PeerStatus[_peers.Count];
        var verdicts = new long[Enum.GetValues<OpenVerdict>().Length];
        var counters = default(ShardStatus);
        var now = default(Timestamp);
        await Ask(time =>
        {
            now = time;
            counters = _shard!.Status;
            for (var i = 0; i < peers.Length; i++)
                peers[i] = _device!.StatusOf(_peers[i]);
            for (var i = 0; i < verdicts.Length; i++)
                verdicts[i] = (long)_device!.CountOf((OpenVerdict)i);
        });
        var device = _device!;
        return new TunnelStatus(
            InterfaceName, Environment.ProcessId, Convert.ToBase64String(device.PublicKey), ListenPort, _mark, _configuration.Mtu, Offloads(),
            [.. peers.Select((peer, i) => Describe(peer, _configuration.Peers[i], now))],
            Describe(counters, verdicts, (long)device.LostStaged));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_socket is not null)
            await _socket.DisposeAsync();
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
        _setup.Undo();
        _configuration.Dispose();
        _stop.Dispose();
    }

    private void Open()
    {
        _tun = Own(TunDevice.Open(_options.InterfaceName, _options.AllowsOffload));
        OpenSockets();
        var engine = Own(MakeEngine());
        var largest = _configuration.Mtu + WireGuardLimits.HeaderSize + WireGuardLimits.TagSize;
        _setup.Apply(_configuration, NetworkIndex.Of(_tun.Name), _mark, Math.Min(SealedOutbox.MaxSegments, SealedOutbox.MaxRunLength / largest));
        _shard = new Shard(engine, _tun, _v4, _v6);
        // The shard owns them from here on.
        _owned.RemoveAll(owned => owned == _tun || owned == _v4 || owned == _v6 || owned == engine);
        _shard.Start();
        _socket = TunnelSocket.Listen(_directory.SocketOf(_options.InterfaceName), Answer);
        _rounds = Rounds();
    }

    /// <summary>One socket a family, on one port.</summary>
    private void OpenSockets()
    {
        const int Attempts = 16;
        for (var attempt = 1; ; attempt++)
        {
            _v4 = TryOpen(isV4: true, _configuration.ListenPort);
            try
            {
                _v6 = TryOpen(isV4: false, _v4?.Port ?? _configuration.ListenPort);
                break;
            }
            // The system chose a port for IPv4 that somebody has on IPv6.
            catch (SystemError e) when (e.Errno == Errno.AddressInUse && _configuration.ListenPort == 0 && attempt < Attempts)
            {
                _v4?.Dispose();
                _owned.Remove(_v4!);
            }
        }
        if (_v4 is null && _v6 is null)
            throw new SystemError("opening a UDP socket", Errno.NoFamily);
        if ((_v4 ?? _v6)!.HasFullBuffers == false)
            _options.Report("the socket's buffers are smaller than wanted: raise net.core.rmem_max and net.core.wmem_max to 7340032, or give CAP_NET_ADMIN");
    }

    /// <returns>Null: the machine does not have the family.</returns>
    private UdpSocket? TryOpen(bool isV4, ushort port)
    {
        try
        {
            return Own(UdpSocket.Open(isV4, port, _mark));
        }
        catch (SystemError e) when (e.Errno is Errno.NoFamily or Errno.AddressNotAvailable)
        {
            return null;
        }
    }

    private Engine MakeEngine()
    {
        EntropySource entropy = new SystemEntropy();
        if (_options.KeyLog is { } path)
        {
            var peers = _configuration.Peers;
            entropy = Own(new KeyLoggingEntropy(
                entropy, path, _configuration.PrivateKey, peers.Select(peer => peer.PublicKey), peers.Select(peer => peer.PresharedKey).Where(key => key.Length > 0)));
            _options.Report($"WARNING: the keys of every session are written to {path}: whoever reads it reads the tunnel. Delete it when you are done.");
        }
        Span<byte> publicKey = stackalloc byte[32];
        Crypto.X25519.PublicKey(_configuration.PrivateKey, publicKey);
        _stamps = new HandshakeStampFile(_options.StateDirectory, publicKey);
        _device = new WireGuardDevice(new DeviceOptions { PrivateKey = _configuration.PrivateKey, Mtu = _configuration.Mtu, LatestStamp = _stamps.Read() }, entropy);
        var routes = new Routes();
        foreach (var peer in _configuration.Peers)
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
        return new Engine(_device, routes);
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
                    if (_configuration.Peers[i].Endpoint is not { } endpoint || IpAddress.TryParse(endpoint.Host, out _))
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
                    _options.Report($"the state folder {_options.StateDirectory} cannot be written: after a restart with a clock that went back, peers may refuse handshakes for a while");
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
            var addresses = await _options.Resolver.Resolve(endpoint.Host, _stop.Token);
            usable = [.. addresses.Select(IpAddress.Of).Where(address => address.IsV4 ? _v4 is not null : _v6 is not null)];
        }
        catch (DialException e)
        {
            if (_lastLookUp != e.Message)
                _options.Report(_lastLookUp = e.Message);
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
            if (_configuration.Peers[peer].PersistentKeepalive > TimeSpan.Zero || _device.StatusOf(_peers[peer]).IsHandshaking)
                _device.Connect(now, _peers[peer]);
        });
        return true;
    }

    private async Task<byte[]> Answer(string request)
    {
        switch (request)
        {
            case TunnelSocket.StatusRequest:
                return JsonSerializer.SerializeToUtf8Bytes(await Status(), TunnelJson.Default.TunnelStatus);
            case TunnelSocket.DownRequest:
                _downRequest.TrySetResult();
                return "{}"u8.ToArray();
            default:
                return [];
        }
    }

    /// <summary>Runs something on the data path's thread and waits for it.</summary>
    private async Task Ask(Action<Timestamp> request)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _shard!.Post(now =>
        {
            request(now);
            done.SetResult();
        });
        await Task.WhenAny(done.Task, _shard.Completion).WaitAsync(TimeSpan.FromSeconds(10));
        if (!done.Task.IsCompleted)
            throw new TimeoutException("the data path has ended");
    }

    private List<string> Offloads()
    {
        List<string> offloads = [];
        if (_tun!.HasHeaders)
            offloads.Add("tun-tcp");
        if (_tun.CutsUdp)
            offloads.Add("tun-udp");
        if ((_v4 ?? _v6)!.Cuts)
            offloads.Add("udp-segment");
        if ((_v4 ?? _v6)!.Joins)
            offloads.Add("udp-gro");
        return offloads;
    }

    private static TunnelPeerStatus Describe(in PeerStatus peer, QuickPeer configured, Timestamp now) => new(
        Convert.ToBase64String(configured.PublicKey),
        peer.Path.Remote == default ? null : peer.Path.Remote.ToString(),
        [.. configured.AllowedIps.Select(prefix => prefix.ToString())],
        peer.HasHandshake ? Math.Round((now - peer.LastHandshake).TotalSeconds, 3) : null,
        peer.ReceivedBytes, peer.SentBytes, (int)configured.PersistentKeepalive.TotalSeconds, peer.Staged);

    private static TunnelCounters Describe(in ShardStatus shard, long[] verdicts, long lostStaged)
    {
        var dropped = new Dictionary<string, long>
        {
            ["noPeerForDestination"] = shard.Engine.Unroutable,
            ["noEndpoint"] = shard.Engine.Pathless,
            ["foreignSource"] = shard.Engine.ForeignSource,
            ["malformed"] = shard.Engine.Malformed,
            ["handshakeTimedOut"] = lostStaged,
            ["notSent"] = shard.UdpV4.SendFailures + shard.UdpV6.SendFailures,
            ["truncated"] = shard.UdpV4.Truncated + shard.UdpV6.Truncated,
            ["notWritten"] = shard.WriteFailures,
        };
        for (var verdict = (int)OpenVerdict.TooShort; verdict < verdicts.Length; verdict++)
            dropped[JsonNamingPolicy.CamelCase.ConvertName(((OpenVerdict)verdict).ToString())] = verdicts[verdict];
        foreach (var (reason, count) in dropped)
        {
            if (count == 0)
                dropped.Remove(reason);
        }
        return new TunnelCounters(
            shard.Engine.Sealed, shard.Engine.Opened, shard.Joined, shard.Reads, shard.UdpV4.Sent + shard.UdpV6.Sent,
            shard.UdpV4.Received + shard.UdpV6.Received, shard.UdpV4.SendCalls + shard.UdpV6.SendCalls, shard.UdpV4.ReceiveCalls + shard.UdpV6.ReceiveCalls,
            dropped, shard.Wakeups, shard.AllocatedBytes);
    }

    private T Own<T>(T disposable)
        where T : IDisposable
    {
        _owned.Add(disposable);
        return disposable;
    }
}
