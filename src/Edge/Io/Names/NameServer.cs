using System.Net.Sockets;
using Edge.Foundation.Time;
using Edge.Protocols.Dns;

namespace Edge.Io.Names;

/// <summary>
/// The shell of <see cref="DnsServer"/>: gives it time, carries its questions to other servers and its answers to who asked. Any thread may ask; the core is
/// touched under one lock, and nothing else happens under it.
/// </summary>
internal sealed class NameServer : INameServer, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly DnsServer _server;
    private readonly IDnsCarrier _carrier;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Dictionary<long, TaskCompletionSource<ReadOnlyMemory<byte>>> _askers = [];
    private readonly Dictionary<int, (CancellationTokenSource Stop, Task Running)> _exchanges = [];
    private Timestamp _due = Timestamp.Never;
    private long _lastAsker;
    private bool _isStopped;

    public NameServer(DnsServer server, IDnsCarrier carrier, TimeProvider time)
    {
        _server = server;
        _carrier = carrier;
        _time = time;
        _timer = time.CreateTimer(static state => ((NameServer)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Told of each exchange that broke off, with the reason; for logs.</summary>
    public Action<DnsUpstream, Exception>? Failed { get; init; }

    private Timestamp Now => new(_time.GetElapsedTime(0, _time.GetTimestamp()).Ticks * (1_000_000 / TimeSpan.TicksPerMillisecond));

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>> Ask(ReadOnlyMemory<byte> query, DnsTransport transport)
    {
        // The answer is handed on outside the lock.
        var answer = new TaskCompletionSource<ReadOnlyMemory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isStopped, this);
            _askers.Add(++_lastAsker, answer);
            _server.Handle(Now, _lastAsker, query.Span, transport);
            Perform();
        }
        return answer.Task;
    }

    /// <summary>Changes names, domains or routes.</summary>
    public void Change<TState>(TState state, Action<DnsServer, TState> change)
    {
        lock (_lock)
        {
            change(_server, state);
            Perform();
        }
    }

    /// <summary>Looks something up in the core.</summary>
    public TResult Look<TState, TResult>(TState state, Func<DnsServer, TState, TResult> look)
    {
        lock (_lock)
            return look(_server, state);
    }

    /// <summary>Ends what is under way; who waits for an answer is told that it was cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        List<(CancellationTokenSource Stop, Task Running)> running;
        lock (_lock)
        {
            _isStopped = true;
            running = [.. _exchanges.Values];
            foreach (var asker in _askers.Values)
                asker.TrySetCanceled();
            _askers.Clear();
        }
        await _timer.DisposeAsync();
        foreach (var (stop, task) in running)
        {
            await stop.CancelAsync();
            await task;
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            _due = Timestamp.Never;
            _server.HandleTime(Now);
            Perform();
        }
    }

    /// <summary>Does what the core wants done. Under the lock: so it only starts things.</summary>
    private void Perform()
    {
        while (!_isStopped && _server.Poll(out var action))
        {
            switch (action.Kind)
            {
                case DnsActionKind.Answer:
                    if (_askers.Remove(action.Client, out var asker))
                        asker.SetResult(action.Message);
                    break;
                case DnsActionKind.Cancel:
                    if (_exchanges.Remove(action.Exchange, out var exchange))
                        _ = exchange.Stop.CancelAsync();
                    break;
                default:
                    var stop = new CancellationTokenSource();
                    var begun = action;
                    _exchanges.Add(action.Exchange, (stop, Task.Run(() => Exchange(begun, stop))));
                    break;
            }
        }
        SetTimer();
    }

    private void SetTimer()
    {
        var due = _server.NextDeadline;
        if (due == _due || _isStopped)
            return;
        _due = due;
        // A timer counts whole milliseconds, and one that comes early comes again.
        var wait = due == Timestamp.Never ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((due - Now).TotalMilliseconds)));
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private async Task Exchange(DnsAction action, CancellationTokenSource stop)
    {
        var upstream = action.Upstream!;
        try
        {
            switch (action.Kind)
            {
                case DnsActionKind.SendDatagram:
                    await _carrier.Exchange(upstream.Endpoint, action.Message, message => Received(action.Exchange, message), stop.Token);
                    break;
                case DnsActionKind.SendStream:
                    Received(action.Exchange, await _carrier.Stream(upstream.Endpoint, action.Message, stop.Token));
                    break;
                default:
                    Received(action.Exchange, await _carrier.Post(upstream, action.Message, stop.Token));
                    break;
            }
        }
        catch (Exception e) when (e is SocketException or IOException or HttpRequestException or OperationCanceledException or UriFormatException)
        {
            if (!stop.IsCancellationRequested)
                Failed?.Invoke(upstream, e);
        }
        lock (_lock)
        {
            _exchanges.Remove(action.Exchange);
            if (!_isStopped)
            {
                // Of one that was answered or given up the core knows nothing any more.
                _server.HandleFailure(Now, action.Exchange);
                Perform();
            }
        }
    }

    private bool Received(int exchange, ReadOnlyMemory<byte> message)
    {
        lock (_lock)
        {
            if (_isStopped)
                return false;
            var goesOn = _server.HandleAnswer(Now, exchange, message.Span);
            Perform();
            return goesOn;
        }
    }
}
