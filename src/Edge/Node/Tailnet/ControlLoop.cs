using System.Threading.Channels;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Io.Control;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Control.Session;

namespace Edge.Node.Tailnet;

/// <summary>
/// Runs a control session: one loop owns it; what its actions come to, and what others want of it, waits in a queue before the loop.
/// Those who listen are called on the loop and must not block.
/// </summary>
internal sealed class ControlLoop : IAsyncDisposable
{
    private const int QueueLength = 256;

    private static readonly TimeSpan s_longestSleep = TimeSpan.FromHours(1);

    private readonly ControlSession _session;
    private readonly ControlClient _client;
    private readonly TimeProvider _time;
    private readonly Action<ControlAction> _show;
    private readonly Channel<Action<Timestamp>> _queue = Channel.CreateBounded<Action<Timestamp>>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
    private readonly CancellationTokenSource _ending = new();

    // Outlives its source: what is under way ends a moment later.
    private readonly CancellationToken _ended;
    private readonly Task _run;
    private CancellationTokenSource _attempt = new();

    /// <param name="session">Is started, and disposed of with this.</param>
    /// <param name="client">Does what it asks for; disposed of with this.</param>
    /// <param name="time">The calendar.</param>
    /// <param name="show">Gets what the session wants shown, stored or published, in order.</param>
    public ControlLoop(ControlSession session, ControlClient client, TimeProvider time, Action<ControlAction> show)
    {
        (_session, _client, _time, _show) = (session, client, time, show);
        _ended = _ending.Token;
        _run = Run();
    }

    /// <summary>Completes when the loop has ended; with its exception where it did not end by <see cref="DisposeAsync"/>.</summary>
    public Task Completion => _run;

    /// <summary>What this node tells about itself is another from now on.</summary>
    public ValueTask SetReport(HostInfo host, ValueList<OwnEndpoint> endpoints) => Enqueue(now => _session.SetReport(now, host, endpoints));

    /// <summary>Takes the node out of the network; the status tells when it is out.</summary>
    public ValueTask Logout(TimeSpan limit) => Enqueue(now => _session.Logout(now, limit));

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        // A fault was told by Completion.
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _session.Dispose();
        _attempt.Dispose();
        _ending.Dispose();
    }

    private ValueTask Enqueue(Action<Timestamp> work) => _queue.Writer.WriteAsync(work, _ended);

    private async Task Run()
    {
        await Task.Yield();
        var actions = new List<ControlAction>();
        _session.Start(MonotonicClock.Now);
        try
        {
            while (true)
            {
                actions.Clear();
                _session.Poll(MonotonicClock.Now, actions);
                foreach (var action in actions)
                    await Begin(action);
                if (actions.Count > 0) continue;
                await Wait(_session.NextDeadline);
                while (_queue.Reader.TryRead(out var work))
                    work(MonotonicClock.Now);
            }
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
        finally
        {
            // Whoever is under way waits for room in the queue that nobody reads any more.
            await _ending.CancelAsync();
            await _attempt.CancelAsync();
        }
    }

    private async Task Wait(Timestamp deadline)
    {
        var now = MonotonicClock.Now;
        var sleep = deadline <= now ? TimeSpan.Zero : deadline - now > s_longestSleep ? s_longestSleep : deadline - now;
        if (sleep == TimeSpan.Zero) return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_ended);
        var work = _queue.Reader.WaitToReadAsync(either.Token).AsTask();
        await Task.WhenAny(work, Task.Delay(sleep, _time, either.Token));
        await either.CancelAsync();
        _ended.ThrowIfCancellationRequested();
    }

    private async ValueTask Begin(ControlAction action)
    {
        switch (action)
        {
            case Disconnect:
                await _attempt.CancelAsync();
                _attempt.Dispose();
                _attempt = new();
                _client.Disconnect();
                break;
            case FetchKey fetch:
                _ = Answer(_client.Do(fetch, _attempt.Token));
                break;
            case Dial dial:
                _ = Answer(_client.Do(dial, _attempt.Token));
                break;
            case SendRegister register:
                _ = Answer(_client.Do(register, _attempt.Token));
                break;
            case SendUpdate update:
                _ = Answer(_client.Do(update, _attempt.Token));
                break;
            case OpenMap open:
                _ = Answer(_client.Do(open, bytes => Take(open.Attempt, bytes), _attempt.Token));
                break;
            default:
                _show(action);
                break;
        }
    }

    private async Task Answer(Task<ControlEvent> doing)
    {
        try
        {
            var happened = await doing;
            await Enqueue(now => _session.Handle(now, happened));
        }
        catch (OperationCanceledException)
        {
            // The session does not wait for it any more.
        }
    }

    /// <summary>The reader goes on when its piece was taken: the stream is not read faster than the map is made.</summary>
    private async ValueTask Take(int attempt, ReadOnlyMemory<byte> bytes)
    {
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Enqueue(now =>
        {
            try
            {
                _session.HandleMap(now, UtcTime.Of(_time.GetUtcNow()), attempt, bytes.Span);
            }
            finally
            {
                taken.SetResult();
            }
        });
        await taken.Task.WaitAsync(_ended);
    }
}
