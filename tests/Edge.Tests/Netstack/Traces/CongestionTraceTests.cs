using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack.Traces;

/// <summary>
/// What our sender does about losses beside what Linux's did about the same ones (tests/vectors/tcp-traces): who notices, how much is sent again, what
/// window is left, how it grows. A sender that is only correct, by RFC 5681 and RFC 6582 alone, does not pass.
/// </summary>
public sealed class CongestionTraceTests
{
    public static IEnumerable<string> Scripts() => TraceScript.All.Select(script => script.Name);

    [Test]
    [MethodDataSource(nameof(Scripts))]
    public async Task Losses_are_dealt_with_as_Linux_does(string name)
    {
        var script = TraceScript.Find(name);
        var ours = Send(script, CongestionAlgorithm.Cubic, isPlain: false);
        var differences = TraceComparison.Differences(script, ours, Recorded(script));
        await Assert.That(differences).IsEmpty().Because($"{string.Join("; ", differences)}\n{ours.Write()}");
    }

    [Test]
    [Arguments("burst-loss")]
    [Arguments("scattered-loss")]
    [Arguments("single-loss")]
    [Arguments("two-losses-apart")]
    [Arguments("tail-loss")]
    [Arguments("tail-of-five-lost")]
    [Arguments("lost-retransmission")]
    [Arguments("retransmission-lost-twice")]
    [Arguments("convex-growth")]
    public async Task A_plain_NewReno_is_told_apart(string name)
    {
        var script = TraceScript.Find(name);
        await Assert.That(TraceComparison.Differences(script, Send(script, CongestionAlgorithm.NewReno, isPlain: true), Recorded(script))).IsNotEmpty();
    }

    private static SentTrace Recorded(TraceScript script) => SentTrace.Read(File.ReadLines(Repository.PathOf("tests", "vectors", "tcp-traces", $"{script.Name}.txt")));

    /// <param name="script">What happens on the way.</param>
    /// <param name="algorithm">The sender's.</param>
    /// <param name="isPlain">Without SACK, and so without RACK and tail loss probes.</param>
    private static SentTrace Send(TraceScript script, CongestionAlgorithm algorithm, bool isPlain)
    {
        var world = new World(new() { Mtu = TraceScript.Mtu, Congestion = algorithm }, new() { Mtu = TraceScript.Mtu, InitialReceiveWindow = 4 << 20 }, script.Link);
        var trace = script.Watch(world.AtoB);
        if (isPlain)
            world.BtoA.Drop = static packet =>
            {
                Segment.StripSackPermitted(packet);
                return false;
            };
        world.B.Stack.Listen(null, 80);
        var client = world.A.Connect(world.B);
        world.Run(() => world.B.Accepted.Count == 1);
        var reader = new Transfer.Reader(world.B.Accepted[0]);
        long sent = 0;
        foreach (var upTo in script.PauseBefore > 0 ? new[] { script.PauseBefore, script.Segments } : [script.Segments])
        {
            var isDone = world.Run(() =>
            {
                while (sent < upTo * (long)TraceScript.SegmentSize && client.Write(Transfer.From(sent, (int)Math.Min(4096, upTo * (long)TraceScript.SegmentSize - sent))) is > 0 and var taken)
                    sent += taken;
                reader.Read(world.Now);
                return reader.Count == upTo * (long)TraceScript.SegmentSize;
            });
            if (!isDone || !reader.IsRight)
                throw new InvalidOperationException($"{script}: {reader.Count} bytes arrived by {world.Now}\n{client}");
            world.Run(upTo == script.Segments ? TimeSpan.FromSeconds(1) : script.Pause);
        }
        return trace;
    }
}
