namespace Edge.Tests.Orb.Middlewares;

/// <summary>A clock whose date stands where the test puts it; time goes by as it does, and by what the test puts it forward.</summary>
/// <param name="start">The date at first.</param>
/// <param name="isFrozen">Time goes by as the test puts it forward, and not otherwise.</param>
internal sealed class StepClock(DateTimeOffset start, bool isFrozen = false) : TimeProvider
{
    private long _ahead;

    public StepClock()
        : this(new DateTimeOffset(2000, 10, 10, 20, 55, 36, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeProvider.System.TimestampFrequency;

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ahead, (long)(time.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => (isFrozen ? 0 : TimeProvider.System.GetTimestamp()) + Interlocked.Read(ref _ahead);

    public override DateTimeOffset GetUtcNow() => start + TimeSpan.FromSeconds((double)Interlocked.Read(ref _ahead) / TimestampFrequency);
}
