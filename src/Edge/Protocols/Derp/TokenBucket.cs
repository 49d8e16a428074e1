using Edge.Foundation.Time;

namespace Edge.Protocols.Derp;

/// <summary>So many a second on average, so many at once. Without a rate it has no bounds.</summary>
/// <param name="rate">Tokens a second; 0: no bounds.</param>
/// <param name="burst">The most that gather.</param>
/// <param name="now">When it is full.</param>
internal struct TokenBucket(double rate, double burst, Timestamp now)
{
    private readonly double _rate = rate;
    private readonly double _burst = burst;
    private double _tokens = burst;
    private Timestamp _at = now;

    public readonly bool HasBounds => _rate > 0;

    /// <summary>Takes what is there; takes nothing and says false where it is not enough.</summary>
    public bool TryTake(Timestamp now, int count)
    {
        if (_rate <= 0)
            return true;
        Refill(now);
        if (_tokens < count)
            return false;
        _tokens -= count;
        return true;
    }

    /// <summary>Takes all, on credit where it is not there.</summary>
    /// <returns>When the debt will be paid: now, where there is none.</returns>
    public Timestamp Spend(Timestamp now, int count)
    {
        if (_rate <= 0)
            return now;
        Refill(now);
        _tokens -= count;
        return _tokens >= 0 ? now : now + TimeSpan.FromSeconds(-_tokens / _rate);
    }

    private void Refill(Timestamp now)
    {
        if (now <= _at)
            return;
        _tokens = Math.Min(_burst, _tokens + (now - _at).TotalSeconds * _rate);
        _at = now;
    }
}
