namespace Edge.Foundation.Time;

/// <summary>What a <see cref="DeadlineHeap{T}"/> holds by its time, and a <see cref="WaitingLine{T}"/> in its turn. All members are theirs.</summary>
internal abstract class Scheduled
{
    /// <summary>When it comes up at the latest.</summary>
    internal Timestamp ScheduledAt { get; set; } = Timestamp.Never;

    /// <summary>-1: it is in no heap.</summary>
    internal int HeapPlace { get; set; } = -1;

    /// <summary>The next in the line.</summary>
    internal Scheduled? NextWaiting { get; set; }

    internal bool IsWaiting { get; set; }
}
