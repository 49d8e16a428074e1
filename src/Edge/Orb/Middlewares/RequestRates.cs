namespace Edge.Orb.Middlewares;

/// <summary>
/// How much each of many clients may still ask for: a token bucket for each, at most so many of them. Where one more comes, the client
/// that was idle longest is forgotten; one whose bucket is full again is forgotten without loss. Safe to use from any thread.
/// </summary>
/// <param name="perSecond">The tokens that come back to a client in a second.</param>
/// <param name="burst">The tokens that a bucket holds.</param>
/// <param name="most">The clients that are remembered.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestRates(double perSecond, double burst, int most, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, Bucket> _buckets = [];
    private Bucket? _newest;
    private Bucket? _oldest;

    /// <summary>The clients that are remembered now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _buckets.Count;
        }
    }

    /// <param name="client">Who asks.</param>
    /// <param name="wait">How long until a token is there; only where there is none.</param>
    /// <returns>Whether there was a token; it is taken.</returns>
    public bool TryTake(UInt128 client, out TimeSpan wait)
    {
        wait = default;
        var now = time.GetTimestamp();
        lock (_lock)
        {
            ForgetIdle(now);
            if (!_buckets.TryGetValue(client, out var bucket))
            {
                if (_buckets.Count >= most)
                    Forget(_oldest!);
                _buckets[client] = bucket = new Bucket(client) { Tokens = burst };
            }
            else
            {
                Unlink(bucket);
                bucket.Tokens = Filled(bucket, now);
            }
            bucket.At = now;
            Link(bucket);
            if (bucket.Tokens >= 1)
            {
                bucket.Tokens -= 1;
                return true;
            }
            wait = TimeSpan.FromSeconds((1 - bucket.Tokens) / perSecond);
            return false;
        }
    }

    private double Filled(Bucket bucket, long now) => Math.Min(burst, bucket.Tokens + (time.GetElapsedTime(bucket.At, now).TotalSeconds * perSecond));

    // Two for each request that may add one: they become fewer as soon as there are fewer clients.
    private void ForgetIdle(long now)
    {
        for (var i = 0; i < 2 && _oldest is { } oldest && Filled(oldest, now) >= burst; i++)
            Forget(oldest);
    }

    private void Forget(Bucket bucket)
    {
        Unlink(bucket);
        _buckets.Remove(bucket.Client);
    }

    private void Link(Bucket bucket)
    {
        bucket.Older = _newest;
        bucket.Newer = null;
        if (_newest is not null)
            _newest.Newer = bucket;
        _newest = bucket;
        _oldest ??= bucket;
    }

    private void Unlink(Bucket bucket)
    {
        if (bucket.Newer is { } newer)
            newer.Older = bucket.Older;
        else
            _newest = bucket.Older;
        if (bucket.Older is { } older)
            older.Newer = bucket.Newer;
        else
            _oldest = bucket.Newer;
    }

    private sealed class Bucket(UInt128 client)
    {
        public UInt128 Client { get; } = client;

        public double Tokens { get; set; }

        public long At { get; set; }

        public Bucket? Older { get; set; }

        public Bucket? Newer { get; set; }
    }
}
