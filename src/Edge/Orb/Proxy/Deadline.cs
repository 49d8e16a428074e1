namespace Edge.Orb.Proxy;

/// <summary>
/// The end of an attempt: the client leaves, or the upstream takes too long. The clock stands while the client is waited for.
/// </summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _aborted;
    private readonly TimeSpan _limit;
    private volatile bool _isMet;

    public Deadline(TimeSpan limit, TimeProvider time, CancellationToken aborted)
    {
        _limit = limit;
        _source = new CancellationTokenSource(limit, time);
        _aborted = aborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The upstream is waited for, from now, unless it has answered already.</summary>
    public void Start()
    {
        if (_isMet) return;
        _source.CancelAfter(_limit);
        // The answer may have come between the two lines.
        if (_isMet) Stop();
    }

    /// <summary>The upstream has begun to answer: from here on the client alone says when it has waited enough.</summary>
    public void Meet()
    {
        _isMet = true;
        Stop();
    }

    /// <summary>The upstream is not waited for.</summary>
    public void Stop() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Cancel() => _source.Cancel();

    public void Dispose()
    {
        _aborted.Dispose();
        _source.Dispose();
    }
}
