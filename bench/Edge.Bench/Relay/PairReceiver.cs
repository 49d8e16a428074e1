using System.Diagnostics;
using System.Runtime.InteropServices;
using Edge.Protocols.Derp;

namespace Edge.Bench.Relay;

/// <summary>Counts packets and the time that they took, and answers every few.</summary>
internal sealed class PairReceiver : LoadClient
{
    /// <summary>In steps of 10 microseconds, to one second.</summary>
    private const int Steps = 100_000;

    private static readonly byte[] s_answer = [1];

    private readonly int[] _times = new int[Steps];
    private long _packets;

    public long Packets => Volatile.Read(ref _packets);

    public static TimeSpan Percentile(IReadOnlyList<PairReceiver> receivers, double share)
    {
        var all = receivers.Sum(receiver => receiver._times.Sum(static count => (long)count));
        var below = 0L;
        for (var step = 0; step < Steps; step++)
        {
            below += receivers.Sum(receiver => (long)receiver._times[step]);
            if (below >= all * share)
                return TimeSpan.FromMicroseconds(10 * (step + 1));
        }
        return TimeSpan.FromSeconds(1);
    }

    /// <summary>The times so far: connecting is not measured.</summary>
    public void Forget() => Array.Clear(_times);

    protected override void Receive(in DerpMessage message)
    {
        if (message.Kind != DerpMessageKind.Packet)
            return;
        var time = Stopwatch.GetElapsedTime(MemoryMarshal.Read<long>(message.Body));
        _times[Math.Min((int)(time.TotalMicroseconds / 10), Steps - 1)]++;
        if (++_packets % PairSender.Share == 0)
            Send(s_answer);
    }
}
