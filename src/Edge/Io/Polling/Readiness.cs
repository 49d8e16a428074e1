using System.Threading.Tasks.Sources;

namespace Edge.Io.Polling;

/// <summary>
/// Whether a socket may be read, or written, as the system told: kept until somebody asks. One waits at a time, and goes on in the thread
/// that tells it. Who waits allocates nothing.
/// </summary>
internal sealed class Readiness : IValueTaskSource
{
    private const int Unknown = 0, Ready = 1, Awaited = 2;

    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;

    /// <summary>Completes when the system has told of it since the last wait: what failed for want of it is tried again then, perhaps in vain.</summary>
    public ValueTask Wait()
    {
        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Awaited, Unknown) == Unknown)
            return new ValueTask(this, _source.Version);
        // What is told from here on is found by the try that follows.
        Interlocked.Exchange(ref _state, Unknown);
        return ValueTask.CompletedTask;
    }

    /// <summary>It is so. From any thread.</summary>
    public void Tell()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state == Ready)
                return;
            if (Interlocked.CompareExchange(ref _state, state == Awaited ? Unknown : Ready, state) != state)
                continue;
            if (state == Awaited)
                _source.SetResult(true);
            return;
        }
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
