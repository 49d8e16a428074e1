using System.Collections.Immutable;
using System.Globalization;
using Edge.Dataplane;
using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Io.Names;
using Edge.Io.Native;
using Edge.Node.Tunnels;
using Edge.Node.WgQuick;
using Edge.Protocols.Netstack;
using Microsoft.Extensions.Logging;

namespace Edge.Node.Networks;

/// <summary>A network of plain WireGuard whose packets are a netstack's: no interface, no privileges.</summary>
internal sealed class WireGuardNetwork : INetworkNode
{
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(5);

    // How often it is looked whether peers have been heard of: at first, and once one has been.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_later = TimeSpan.FromSeconds(15);

    private readonly QuickConfiguration _configuration;
    private readonly NetworkOptions _options;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private WireGuardAttachment? _attachment;
    private Engine? _engine;
    private Task _life = Task.CompletedTask;

    /// <param name="name">In the configuration.</param>
    /// <param name="settings">With a private key and addresses.</param>
    /// <param name="tunnel">What it carries.</param>
    /// <param name="options">How it is run.</param>
    public WireGuardNetwork(string name, WireGuard settings, Tunnel tunnel, NetworkOptions options)
    {
        _configuration = WireGuardSettings.ToQuick(settings);
        _options = options;
        _log = options.Logs.CreateLogger("network");
        Tunnel = tunnel;
        var ranges = tunnel.TailnetRanges.IsEmpty
            ? _configuration.Peers.SelectMany(static peer => peer.AllowedIps).ToImmutableArray()
            : [.. tunnel.TailnetRanges.Select(static range => new IpPrefix(IpAddress.Of(range.BaseAddress), range.PrefixLength))];
        Network = new VirtualNetwork(
            name, [.. _configuration.Addresses.Select(static address => address.Address)], ranges, new NetstackOptions { Mtu = _configuration.Mtu }, new SystemEntropy())
        {
            Explain = Explain,
            Reaches = address => _engine is not { } engine || !engine.Routes.Find(address).IsNone,
        };
    }

    public VirtualNetwork Network { get; }

    public Tunnel Tunnel { get; }

    public TailnetResolver? Resolver => null;

    public NetworkFigures Figures => _engine is { } engine ? NetworkFigures.Of(engine, lost: 0, Network.Connections) : default;

    public void Start()
    {
        _options.Changed(Network.Name, "it is starting");
        _life = Task.Run(Live);
    }

    /// <summary>Managed memory that the network's thread ever allocated, but for what others asked of it.</summary>
    /// <exception cref="TimeoutException">The data path does not answer.</exception>
    public async Task<long> AllocatedBytes()
    {
        var bytes = 0L;
        await _attachment!.Ask(_ => bytes = _attachment.Shard.Status.AllocatedBytes);
        return bytes;
    }

    public Task Drain(CancellationToken limit) => _attachment is { } attachment ? Network.Drain(attachment.Shard, _options.Time, limit) : Task.CompletedTask;

    // Its peers need not be told.
    public Task Leave(CancellationToken limit) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _life;
        Network.Stop("has ended");
        if (_attachment is { } attachment)
        {
            await Network.DropAll(attachment.Shard);
            await attachment.DisposeAsync();
        }
        _configuration.Dispose();
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
            // Its thread has ended: nobody else touches the connections, and who waits for them must hear of it.
            if (_attachment is { Shard.Completion.IsCompleted: true })
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
                await Open();
                _options.Changed(Network.Name, null);
                var addresses = string.Join(", ", Network.Addresses);
                _log.Up(Network.Name, _attachment!.Socket.Port, addresses, _configuration.Peers.Count);
                return;
            }
            catch (SystemError failure)
            {
                if (said != failure.Message)
                    _log.NotUp(Network.Name, $"{said = failure.Message}. {failure.Advice}".TrimEnd(), s_again.TotalSeconds);
                _options.Changed(Network.Name, $"it cannot be brought up: {failure.Message}");
            }
            await Task.Delay(s_again, _options.Time, _stop.Token);
        }
    }

    private async Task Open()
    {
        var attachment = new WireGuardAttachment(_configuration, new AttachmentOptions
        {
            StateDirectory = _options.StateDirectory,
            Resolver = _options.Resolver,
            Report = what => _log.Reported(Network.Name, what),
        });
        try
        {
            attachment.OpenSockets();
            _engine = attachment.MakeEngine(new EngineStack(Network.Stack, Network));
            // The first packet finds the ports open, and what its connection asks for is done: a thread that runs has somebody to answer to.
            attachment.Run(_engine, Network.Name, tun: null, shard => Network.Start(shard.Post));
        }
        catch
        {
            await attachment.DisposeAsync();
            throw;
        }
        _attachment = attachment;
    }

    /// <summary>Says of each peer that it was heard of; ends with the data path's fault.</summary>
    private async Task Watch()
    {
        var attachment = _attachment!;
        var heard = new bool[attachment.Peers.Count];
        var isAnyHeard = false;
        _options.Noted(Network.Name, "no handshake with any peer yet");
        while (true)
        {
            await attachment.Ask(_ => Look(attachment, heard));
            if (!isAnyHeard && heard.Contains(true))
            {
                isAnyHeard = true;
                _options.Noted(Network.Name, null);
            }
            var isAll = !heard.Contains(false);
            var next = Task.Delay(isAll ? Timeout.InfiniteTimeSpan : isAnyHeard ? s_later : s_soon, _options.Time, _stop.Token);
            if (await Task.WhenAny(next, attachment.Shard.Completion) != next)
                await (Task)attachment.Shard.Completion;
            await next;
        }
    }

    private void Look(WireGuardAttachment attachment, bool[] heard)
    {
        for (var i = 0; i < heard.Length; i++)
        {
            if (heard[i] || attachment.Device.StatusOf(attachment.Peers[i]) is not { HasHandshake: true } status)
                continue;
            heard[i] = true;
            var endpoint = status.Path.Remote.ToString();
            var peer = Convert.ToBase64String(_configuration.Peers[i].PublicKey);
            // A log may wait for its output: not here.
            ThreadPool.UnsafeQueueUserWorkItem(static line => line._log.Handshake(line.Name, line.peer, line.endpoint), (_log, Network.Name, peer, endpoint), preferLocal: false);
        }
    }

    /// <summary>On the network's thread.</summary>
    private string? Explain(Timestamp now, IpAddress address)
    {
        if (_engine is not { } engine)
            return null;
        var peer = engine.Routes.Find(address);
        if (peer.IsNone)
            return null;
        var status = engine.Device.StatusOf(peer);
        if (status.Path.Remote == default)
            return "nobody knows where its peer is: give the peer an `endpoint`, or wait until it sends something";
        if (!status.HasHandshake)
            return $"its peer at {status.Path.Remote} does not answer the handshake: check its keys, and that its UDP port is reachable";
        return status.IsHandshaking
            ? string.Create(CultureInfo.InvariantCulture, $"its peer at {status.Path.Remote} does not answer any more; its last handshake was {(now - status.LastHandshake).TotalSeconds:0} s ago")
            : null;
    }
}
