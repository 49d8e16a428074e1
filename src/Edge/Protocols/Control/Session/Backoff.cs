using System.Buffers.Binary;
using Edge.Foundation;

namespace Edge.Protocols.Control.Session;

/// <summary>How long to wait after a failure: twice as long each time up to a bound, and half of it to half as much again, so that nodes do not return in step.</summary>
/// <param name="entropy">Four bytes a failure.</param>
internal sealed class Backoff(EntropySource entropy)
{
    private int _failures;

    public void Reset() => _failures = 0;

    public TimeSpan Next()
    {
        var pause = ControlTimes.FirstPause * (1L << Math.Min(_failures++, 10));
        if (pause > ControlTimes.LongestPause)
            pause = ControlTimes.LongestPause;
        Span<byte> bytes = stackalloc byte[4];
        entropy.Fill(bytes);
        return pause * (0.5 + BinaryPrimitives.ReadUInt32LittleEndian(bytes) / (double)uint.MaxValue);
    }
}
