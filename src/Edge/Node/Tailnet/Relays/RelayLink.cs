using System.Globalization;
using System.Threading.Channels;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Protocols.Derp;
using RelayNode = Edge.Foundation.Netmap.DerpNode;

namespace Edge.Node.Tailnet.Relays;

/// <summary>
/// The way to one region's relays: a connection while this is the home or packets want to go there, dialled again when it breaks, and a queue before
/// it. Packets that wait while there is no connection are few and soon stale.
/// </summary>
internal sealed class RelayLink : IDerpReceiver, IAsyncDisposable
{
    // What a client queues at most is twice that; the rest waits here.
    private const int Batch = 128;

    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_probeLimit = TimeSpan.FromSeconds(5);

    private readonly RelayLinks _links;
    private readonly PacketQueue _queue;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _welcomed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _run;
    private volatile DerpConnection? _connection;
    private volatile bool _isHome;
    private volatile bool _isEnding;
    private volatile bool _wantsTrim;
    private long _heardAt = long.MinValue;
    private TimeSpan _restartPause;

    public RelayLink(RelayLinks links, int region, int capacity)
    {
        (_links, Region) = (links, region);
        _queue = new PacketQueue(capacity);
        _run = Task.Run(Run);
    }

    public int Region { get; }

    /// <summary>Whether the relay has taken this node in.</summary>
    public bool IsConnected => _connection is { IsWelcome: true };

    /// <summary>Completes when the relay has taken this node in for the first time.</summary>
    public Task Welcomed => _welcomed.Task;

    /// <summary>Why there is no connection; null: there is one, or none is wanted.</summary>
    public string? Fault { get; private set; }

    /// <summary>What the relay says is wrong; null: nothing.</summary>
    public string? Health { get; private set; }

    /// <summary>When the relay last said anything; null: never.</summary>
    public Timestamp? HeardAt => Volatile.Read(ref _heardAt) is var at and not long.MinValue ? new Timestamp(at) : null;

    public long Lost => _queue.Lost;

    /// <summary>Before the present connection there was none, and packets that were to go there may be lost.</summary>
    public bool HasLost { get; private set; }

    /// <summary>Takes a packet for a node; it never waits.</summary>
    public void Send(in PublicKey node, ReadOnlySpan<byte> packet)
    {
        if (_queue.Add(Region, node, packet))
            Wake();
    }

    public void SetHome(bool isHome)
    {
        if (_isHome == isHome)
            return;
        _isHome = isHome;
        _connection?.SetHome(isHome);
        Wake();
    }

    /// <summary>The way there may have gone: a connection that does not answer soon is given up.</summary>
    public void Probe()
    {
        if (_connection is { } connection)
            _ = Probe(connection);
    }

    /// <summary>Ends the connection, so that the next one is made with what holds then.</summary>
    public async Task Reconnect()
    {
        if (_connection is { } connection)
            await connection.DisposeAsync();
    }

    /// <summary>Gives memory back that holds nothing.</summary>
    public void Trim()
    {
        // Who takes packets does it.
        _wantsTrim = true;
        Wake();
    }

    public async ValueTask DisposeAsync()
    {
        _isEnding = true;
        await _stop.CancelAsync();
        Wake();
        await _run;
        _queue.Dispose();
        _stop.Dispose();
    }

    void IDerpReceiver.Receive(DerpConnection connection, in DerpMessage message)
    {
        Volatile.Write(ref _heardAt, MonotonicClock.Now.Nanoseconds);
        switch (message.Kind)
        {
            case DerpMessageKind.Packet:
                _links.Received(Region, message.Peer, message.Body);
                break;
            case DerpMessageKind.ServerInfo:
                Fault = null;
                _welcomed.TrySetResult();
                Wake();
                _links.Connected(this, connection.Node.ToString());
                break;
            case DerpMessageKind.Health:
                Health = message.Body.IsEmpty ? null : System.Text.Encoding.UTF8.GetString(message.Body[..Math.Min(message.Body.Length, 200)]);
                _links.HealthChanged(this);
                break;
            case DerpMessageKind.Restarting:
                _restartPause = message.ReconnectIn < s_longestPause ? message.ReconnectIn : s_longestPause;
                break;
        }
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task Run()
    {
        var pause = s_firstPause;
        while (!_isEnding)
        {
            var hasBatch = _queue.Take();
            if (!_isHome && !hasBatch)
            {
                await Woken();
                continue;
            }
            try
            {
                var connection = await Dial();
                await using (connection)
                {
                    pause = await Carry(connection, hasBatch) ? s_firstPause : Longer(pause);
                }
            }
            catch (DialException failure)
            {
                Fail(failure.Message);
                pause = Longer(pause);
            }
            catch (OperationCanceledException) when (_isEnding)
            {
                return;
            }
            if (!_isEnding)
                await Pause(pause);
        }
    }

    private async Task Woken()
    {
        await _wake.Reader.WaitToReadAsync(CancellationToken.None);
        _wake.Reader.TryRead(out _);
        if (!_wantsTrim)
            return;
        _wantsTrim = false;
        _queue.Trim();
    }

    /// <summary>Before the next attempt; half of it is chance, so that a relay that comes back is not stormed.</summary>
    private async Task Pause(TimeSpan pause)
    {
        var wait = (_restartPause > TimeSpan.Zero ? _restartPause : pause) * (0.5 + Random.Shared.NextDouble() / 2);
        _restartPause = TimeSpan.Zero;
        HasLost = true;
        await Task.Delay(wait, _links.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _queue.Clear();
    }

    private async Task<DerpConnection> Dial()
    {
        var region = _links.Map.Find(Region) ?? throw new DialException(DialStep.Connect, $"the relays of region {Region} are not in the network map");
        DialException? last = null;
        string? first = null;
        foreach (var node in region.Nodes.Span.ToArray())
        {
            if (node.IsStunOnly)
                continue;
            first ??= node.Name;
            try
            {
                return await DerpConnection.Connect(_links.Dialler, Describe(node, first), _links.Client(), _links.Entropy, this, _stop.Token);
            }
            catch (DialException failure)
            {
                last = failure;
            }
        }
        throw last ?? new DialException(DialStep.Connect, $"region {Region} ({region.Code}) has no relay");
    }

    private static Io.Derp.DerpNode Describe(RelayNode node, string ideal) => new()
    {
        HostName = node.HostName,
        Port = node.TlsPort,
        CertName = node.CertificateName,
        IPv4 = node.Ipv4,
        IPv6 = node.Ipv6,
        IsInsecure = node.IsInsecureForTests,
        IdealNode = node.Name == ideal ? null : ideal,
    };

    /// <summary>Sends what waits until the connection ends.</summary>
    /// <param name="connection">To the relay.</param>
    /// <param name="hasBatch">Packets were taken already.</param>
    /// <returns>Whether the relay had taken this node in.</returns>
    private async Task<bool> Carry(DerpConnection connection, bool hasBatch)
    {
        _connection = connection;
        connection.SetHome(_isHome);
        var ended = connection.Ended;
        _ = ended.ContinueWith(static (_, link) => ((RelayLink)link!).Wake(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        // What is handed to a connection before the relay has said who it is, is lost: mostly a handshake, that is tried again after five seconds.
        while (!_isEnding && !ended.IsCompleted && !connection.IsWelcome)
            await Woken();
        while (!_isEnding && !ended.IsCompleted)
        {
            if (hasBatch)
                await SendBatch(connection);
            hasBatch = _queue.Take();
            if (!hasBatch)
                await Woken();
        }
        var wasWelcome = connection.IsWelcome;
        _connection = null;
        if (ended.IsCompleted)
        {
            var reason = await ended;
            if (wasWelcome)
                _links.Disconnected(this, reason);
            else
                Fail(reason);
        }
        return wasWelcome;
    }

    private async Task SendBatch(DerpConnection connection)
    {
        var at = 0;
        while (Queue(connection, ref at))
            await connection.Written();
        await connection.Written();
    }

    /// <returns>False: that was all.</returns>
    private bool Queue(DerpConnection connection, ref int at)
    {
        for (var count = 0; count < Batch; count++)
        {
            if (!_queue.TryRead(ref at, out _, out var node, out var packet))
                return false;
            connection.Queue(node, packet);
        }
        return true;
    }

    private async Task Probe(DerpConnection connection)
    {
        var before = HeardAt;
        connection.Ping(BitConverter.GetBytes(MonotonicClock.Now.Nanoseconds));
        await Task.Delay(s_probeLimit, _links.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (HeardAt == before && !_isEnding)
            await connection.DisposeAsync();
    }

    private void Fail(string reason)
    {
        if (Fault == reason)
            return;
        Fault = reason;
        _links.Failed(this, reason);
    }

    private static TimeSpan Longer(TimeSpan pause) => 2 * pause < s_longestPause ? 2 * pause : s_longestPause;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"region {Region}");
}
