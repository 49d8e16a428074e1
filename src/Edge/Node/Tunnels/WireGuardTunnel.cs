using System.Text.Json;
using Edge.Dataplane;
using Edge.Foundation.Time;
using Edge.Io.Netlink;
using Edge.Io.Shard;
using Edge.Io.Tun;
using Edge.Node.WgQuick;
using Edge.Protocols.WireGuard;

namespace Edge.Node.Tunnels;

/// <summary>
/// Plain WireGuard as a wg-quick file describes it, on a TUN interface: engine, descriptors and machine wired together, until it is stopped.
/// What it set up is undone when it is disposed, and after a crash when the next one starts.
/// </summary>
internal sealed class WireGuardTunnel : IAsyncDisposable
{
    private readonly QuickConfiguration _configuration;
    private readonly TunnelOptions _options;
    private readonly RunDirectory _directory;
    private readonly HostSetup _setup;
    private readonly WireGuardAttachment _attachment;
    private readonly TaskCompletionSource _downRequest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly uint _mark;
    private TunDevice? _tun;
    private bool _isRunning;
    private TunnelSocket? _socket;

    private WireGuardTunnel(QuickConfiguration configuration, TunnelOptions options)
    {
        _configuration = configuration;
        _options = options;
        _directory = RunDirectory.Open(options.RunDirectory);
        HostSetup.CleanUp(_directory, options.Report);
        _mark = HostSetup.MarkFor(configuration);
        _setup = new HostSetup(_directory, options.InterfaceName, options.Report);
        _attachment = new WireGuardAttachment(configuration, new AttachmentOptions
        {
            Mark = _mark,
            StateDirectory = options.StateDirectory,
            KeyLog = options.KeyLog,
            Resolver = options.Resolver,
            Report = options.Report,
        });
    }

    /// <summary>Completes when somebody asks for the end over the socket, or when the data path ends by a fault.</summary>
    public Task Ended => Task.WhenAny(_downRequest.Task, _attachment.Shard.Completion).Unwrap();

    public string InterfaceName => _tun!.Name;

    public int ListenPort => _attachment.Socket.Port;

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
        var peers = new PeerStatus[_attachment.Peers.Count];
        var verdicts = new long[Enum.GetValues<OpenVerdict>().Length];
        var counters = default(ShardStatus);
        var now = default(Timestamp);
        await _attachment.Ask(time =>
        {
            now = time;
            counters = _attachment.Shard.Status;
            for (var i = 0; i < peers.Length; i++)
                peers[i] = _attachment.Device.StatusOf(_attachment.Peers[i]);
            for (var i = 0; i < verdicts.Length; i++)
                verdicts[i] = (long)_attachment.Device.CountOf((OpenVerdict)i);
        });
        var device = _attachment.Device;
        return new TunnelStatus(
            InterfaceName, Environment.ProcessId, Convert.ToBase64String(device.PublicKey), ListenPort, _mark, _configuration.Mtu, Offloads(),
            [.. peers.Select((peer, i) => Describe(peer, _configuration.Peers[i], now))],
            Describe(counters, verdicts, (long)device.LostStaged));
    }

    public async ValueTask DisposeAsync()
    {
        if (_socket is not null)
            await _socket.DisposeAsync();
        await _attachment.DisposeAsync();
        if (!_isRunning)
            _tun?.Dispose();
        _setup.Undo();
        _configuration.Dispose();
    }

    private void Open()
    {
        _tun = TunDevice.Open(_options.InterfaceName, _options.AllowsOffload);
        _attachment.OpenSockets();
        var engine = _attachment.MakeEngine(stack: null);
        var largest = _configuration.Mtu + WireGuardLimits.HeaderSize + WireGuardLimits.TagSize;
        _setup.Apply(_configuration, NetworkIndex.Of(_tun.Name), _mark, Math.Min(SealedOutbox.MaxSegments, SealedOutbox.MaxRunLength / largest));
        _isRunning = true;
        _attachment.Run(engine, _tun.Name, _tun);
        _socket = TunnelSocket.Listen(_directory.SocketOf(_options.InterfaceName), Answer);
    }

    private async Task<byte[]> Answer(string request)
    {
        switch (request)
        {
            case TunnelSocket.StatusRequest:
                return (await Status()).Write();
            case TunnelSocket.DownRequest:
                _downRequest.TrySetResult();
                return "{}"u8.ToArray();
            default:
                return [];
        }
    }

    private List<string> Offloads()
    {
        List<string> offloads = [];
        if (_tun!.HasHeaders)
            offloads.Add("tun-tcp");
        if (_tun.CutsUdp)
            offloads.Add("tun-udp");
        if (_attachment.Socket.Cuts)
            offloads.Add("udp-segment");
        if (_attachment.Socket.Joins)
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
}
