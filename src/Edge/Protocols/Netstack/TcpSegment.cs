using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

/// <summary>A segment with its options read: SEG of RFC 9293. The view borrows the packet.</summary>
internal readonly ref struct TcpSegment
{
    private TcpSegment(in TcpHeader header)
    {
        Sequence = header.Sequence;
        Acknowledgment = header.Acknowledgment;
        Flags = header.Flags;
        Window = header.Window;
        Payload = header.Payload;
        WindowScale = -1;
        var options = new TcpOptions(header.Options);
        while (options.TryNext(out var option))
        {
            if (option.TryGetTimestamps(out var value, out var echo))
                (HasTimestamps, TimestampValue, TimestampEcho) = (true, value, echo);
            else if (option.SackBlocks > 0)
                Sack = option;
            else if (option.TryGetMaximumSegmentSize(out var size))
                MaximumSegmentSize = size;
            else if (option.TryGetWindowScale(out var shift))
                WindowScale = Math.Min((int)shift, 14);
            else if (option.Kind == TcpOptionKind.SackPermitted)
                SackPermitted = true;
        }
    }

    public uint Sequence { get; }

    public uint Acknowledgment { get; }

    public TcpFlags Flags { get; }

    /// <summary>Not scaled.</summary>
    public int Window { get; }

    public ReadOnlySpan<byte> Payload { get; }

    public bool HasTimestamps { get; }

    public uint TimestampValue { get; }

    public uint TimestampEcho { get; }

    /// <summary>0: the option is not there.</summary>
    public int MaximumSegmentSize { get; }

    /// <summary>-1: the option is not there. 14 at most (RFC 7323 section 2.3).</summary>
    public int WindowScale { get; }

    public bool SackPermitted { get; }

    /// <summary>With no blocks: the option is not there.</summary>
    public TcpOption Sack { get; }

    public bool IsSyn => (Flags & TcpFlags.Syn) != 0;

    public bool IsAck => (Flags & TcpFlags.Ack) != 0;

    public bool IsRst => (Flags & TcpFlags.Rst) != 0;

    public bool IsFin => (Flags & TcpFlags.Fin) != 0;

    /// <summary>SEG.LEN: sequence numbers that it takes.</summary>
    public int Length => Payload.Length + (IsSyn ? 1 : 0) + (IsFin ? 1 : 0);

    public static TcpSegment Of(in TcpHeader header) => new(header);
}
