namespace Edge.Protocols.Netstack;

/// <summary>Consecutive sequence numbers that are in flight and share their fate. It is in two lists: by sequence, and by the time it was last sent.</summary>
internal sealed class SentSegment
{
    private SentSegment? _next, _previous, _laterSent, _earlierSent;

    public uint Start { get; set; }

    /// <summary>Sequence numbers, a FIN's included.</summary>
    public int Length { get; set; }

    public uint End => Start + (uint)Length;

    /// <summary>When it was last sent, in the clock's nanoseconds.</summary>
    public long SentAt { get; set; }

    /// <summary>The peer has reported it in a SACK.</summary>
    public bool IsSacked { get; set; }

    /// <summary>Taken for lost. Stays when it is sent again, until the peer has it.</summary>
    public bool IsLost { get; set; }

    /// <summary>Sent again, and that copy is not taken for lost.</summary>
    public bool IsRetransmitted { get; set; }

    /// <summary>Sent more than once at some time: its round trip is ambiguous (Karn's algorithm, RFC 6298 section 3).</summary>
    public bool WasRetransmitted { get; set; }

    /// <summary>Whether it is in the list by time: neither sacked nor lost without a newer copy.</summary>
    public bool IsTimed { get; set; }

    public SentSegment? Next => _next;

    public SentSegment? Previous => _previous;

    public SentSegment? LaterSent => _laterSent;

    /// <summary>The links by sequence; and those of the pool, whose segments are in no other list.</summary>
    internal readonly struct BySequence : ILinks<SentSegment>
    {
        public static ref SentSegment? Before(SentSegment item) => ref item._previous;

        public static ref SentSegment? After(SentSegment item) => ref item._next;
    }

    internal readonly struct BySending : ILinks<SentSegment>
    {
        public static ref SentSegment? Before(SentSegment item) => ref item._earlierSent;

        public static ref SentSegment? After(SentSegment item) => ref item._laterSent;
    }
}
