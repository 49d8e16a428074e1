namespace Edge.Protocols.Netstack;

/// <summary>RFC 6298: the smoothed round trip, its variation, and the retransmission timeout that follows.</summary>
/// <param name="shortest">The least timeout.</param>
internal sealed class RoundTripTime(TimeSpan shortest)
{
    /// <summary>Rule 2.5 allows a bound of at least a minute.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(120);

    private TimeSpan _variation;

    public bool IsKnown { get; private set; }

    public TimeSpan Smoothed { get; private set; }

    /// <summary>The least that was ever measured.</summary>
    public TimeSpan Least { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Without backoff. Rule 2.1: a second until there is a measurement.</summary>
    public TimeSpan Timeout { get; private set; } = TimeSpan.FromSeconds(1);

    public void Measured(TimeSpan sample)
    {
        if (sample < TimeSpan.Zero)
            return;
        // The clock's own grain G: a variation of zero would time out on the first hiccup.
        if (sample == TimeSpan.Zero)
            sample = TimeSpan.FromTicks(1);
        Least = sample < Least ? sample : Least;
        if (!IsKnown)
        {
            IsKnown = true;
            Smoothed = sample;
            _variation = sample / 2;
        }
        else
        {
            _variation = (3 * _variation + (Smoothed - sample).Duration()) / 4;
            Smoothed = (7 * Smoothed + sample) / 8;
        }
        // Linux bounds the variation's part from below, not the sum: a long path with a steady delay needs the room as well.
        var margin = 4 * _variation > shortest ? 4 * _variation : shortest;
        Timeout = Smoothed + margin < s_longest ? Smoothed + margin : s_longest;
    }

    /// <summary>The handshake needed its SYN again: rule 5.7.</summary>
    public void HandshakeWasSlow()
    {
        if (!IsKnown)
            Timeout = TimeSpan.FromSeconds(3);
    }

    public TimeSpan Backoff(int retries)
    {
        var timeout = Timeout;
        for (var i = 0; i < retries && timeout < s_longest; i++)
            timeout *= 2;
        return timeout < s_longest ? timeout : s_longest;
    }
}
