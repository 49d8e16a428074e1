using Edge.Foundation.Time;

namespace Edge.Protocols.WireGuard;

/// <summary>
/// Whether handshakes come faster than the device is willing to work: a token for each, and once they run out a second in which senders must
/// prove their address. Handshakes are worked on as they come, so there is no queue whose length could be asked.
/// </summary>
internal struct LoadGauge(int burst, int perSecond)
{
    private static readonly TimeSpan s_aftermath = TimeSpan.FromSeconds(1);

    private readonly long _nanosecondsPerToken = 1_000_000_000L / Math.Max(1, perSecond);
    private Timestamp _full = new(long.MinValue);
    private Timestamp _loadedUntil = new(long.MinValue);

    /// <summary>Counts one handshake message with a right mac1.</summary>
    /// <returns>True: under load.</returns>
    public bool Add(Timestamp now)
    {
        // The time at which the bucket is full again stands for its tokens.
        if (_full < now)
            _full = now;
        var missing = (_full.Nanoseconds - now.Nanoseconds) / _nanosecondsPerToken;
        if (missing < burst)
            _full = new Timestamp(_full.Nanoseconds + _nanosecondsPerToken);
        else
            _loadedUntil = now + s_aftermath;
        return now < _loadedUntil;
    }
}
