using Edge.Foundation.Time;

namespace Edge.Protocols.Dns;

/// <summary>Of <see cref="DnsForwarder"/>: a question that was sent and not yet answered.</summary>
internal sealed class DnsExchange(int number, DnsActionKind kind, ushort id, DnsJob job, DnsAttempt attempt, Timestamp ends)
{
    public int Number => number;

    public DnsActionKind Kind => kind;

    public ushort Id => id;

    public DnsJob Job => job;

    public DnsAttempt Attempt => attempt;

    public Timestamp Ends => ends;

    /// <summary>Messages that were no answer to it.</summary>
    public int Forgeries { get; set; }
}
