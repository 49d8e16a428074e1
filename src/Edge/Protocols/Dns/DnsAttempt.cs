using Edge.Foundation.Time;

namespace Edge.Protocols.Dns;

/// <summary>Of <see cref="DnsForwarder"/>: one question and one upstream.</summary>
internal sealed class DnsAttempt
{
    public required DnsUpstream Upstream { get; init; }

    /// <summary>Never: it has begun.</summary>
    public Timestamp Starts { get; set; }

    /// <summary>When TCP is tried beside UDP; never: it has been, or is not to be.</summary>
    public Timestamp StreamStarts { get; set; } = Timestamp.Never;

    /// <summary>Under way.</summary>
    public List<DnsExchange> Exchanges { get; } = new(1);
}
