namespace Edge.Orb.Proxy;

/// <summary>
/// The end of an attempt: the client leaves, or the upstream takes too long. The clock stands while the client is waited for.
/// </summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _aborted;
    private readonly TimeSpan _limit;

    public Deadline(TimeSpan limit, TimeProvider time, CancellationToken aborted)
    {
        _limit = limit;
        _source = new CancellationTokenSource(limit, time);
        _aborted = aborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The upstream is waited for, from now.</summary>
    public void Start() => _source.CancelAfter(_limit);

    /// <summary>The upstream is not waited for.</summary>
    public void Stop() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Cancel() => _source.Cancel();

    public void Dispose()
    {
        _aborted.Dispose();
        _source.Dispose();
    }
}
