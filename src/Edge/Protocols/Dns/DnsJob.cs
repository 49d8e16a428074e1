using Edge.Foundation.Time;

namespace Edge.Protocols.Dns;

/// <summary>Of <see cref="DnsForwarder"/>: one question under way.</summary>
internal sealed class DnsJob
{
    public required byte[] Message { get; init; }

    public required DnsTransport Transport { get; init; }

    /// <summary>Null: nobody shares its answer.</summary>
    public required byte[]? Key { get; init; }

    /// <summary>When those who wait are told that it failed.</summary>
    public required Timestamp Ends { get; init; }

    public List<DnsAsker> Askers { get; } = new(1);

    public List<DnsAttempt> Attempts { get; } = new(2);

    /// <summary>An answer that did not fit its datagram.</summary>
    public byte[]? Truncated { get; set; }

    public Timestamp NextDeadline
    {
        get
        {
            var next = Ends;
            foreach (var attempt in Attempts)
            {
                next = Timestamp.Min(next, Timestamp.Min(attempt.Starts, attempt.StreamStarts));
                foreach (var exchange in attempt.Exchanges)
                    next = Timestamp.Min(next, exchange.Ends);
            }
            return next;
        }
    }
}
