using System.Diagnostics;

namespace Edge.Fuzz;

/// <summary>What a run found, if anything, and how much it saw.</summary>
internal sealed record FuzzResult(FuzzFinding? Finding, long Runs, int CorpusSize, TimeSpan Slowest, long MostAllocated);

/// <summary>An input that did what no input may, made as small as it would go.</summary>
internal sealed record FuzzFinding(string What, byte[] Input, Exception? Exception);

/// <summary>Runs a target on inputs of its own making until the first finding or the end of its bounds.</summary>
/// <param name="target">The parser.</param>
/// <param name="seed">Decides every input.</param>
internal sealed class FuzzRun(FuzzTarget target, ulong seed)
{
    /// <summary>As large as the smallest stack that the product runs a parser on: the generator's.</summary>
    private const int StackSize = 1024 * 1024;

    private const int MaxCorpus = 4096;

    private readonly Mutator _mutator = new(seed, target.Words);
    private readonly List<byte[]> _corpus = [.. target.Seeds];
    private readonly HashSet<int> _seen = [];
    private TimeSpan _slowest;
    private long _mostAllocated;

    /// <summary>Called with each input before it is run, so that one that kills the process or never ends can be found.</summary>
    public Action<byte[]> Starting { get; init; } = static _ => { };

    /// <param name="runs">How many inputs at most, the seeds not counted.</param>
    /// <param name="time">For how long at most.</param>
    public FuzzResult Run(long runs, TimeSpan time)
    {
        using var asserts = ThrowingAsserts.Install();
        FuzzResult? result = null;
        var thread = new Thread(() => result = RunHere(runs, time), StackSize);
        thread.Start();
        thread.Join();
        return result!;
    }

    private FuzzResult RunHere(long runs, TimeSpan time)
    {
        foreach (var input in target.Seeds)
            if (Try(input, keep: false) is { } finding)
                return Result(finding, 0);
        var clock = Stopwatch.StartNew();
        long done = 0;
        for (; done < runs && clock.Elapsed < time; done++)
            if (Try(_mutator.Mutate(_corpus), keep: true) is { } finding)
                return Result(Shrink(finding), done + 1);
        return Result(null, done);
    }

    private FuzzResult Result(FuzzFinding? finding, long runs) => new(finding, runs, _corpus.Count, _slowest, _mostAllocated);

    private FuzzFinding? Try(byte[] input, bool keep)
    {
        Starting(input);
        var start = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        long allocated;
        try
        {
            var outcome = target.Run(input);
            // Before the run's own books grow.
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (_seen.Add(outcome) && keep && _corpus.Count < MaxCorpus)
                _corpus.Add(input);
        }
        catch (Exception e)
        {
            return new FuzzFinding($"{e.GetType().Name}: {e.Message}", input, e);
        }
        _mostAllocated = Math.Max(_mostAllocated, allocated);
        var elapsed = Stopwatch.GetElapsedTime(start);
        if (elapsed > _slowest)
            _slowest = elapsed;
        // A table of the process (the interned names) that happened to grow with this input does not grow with it again.
        return allocated <= target.AllocationLimit(input.Length) || AllocatedBy(input) <= target.AllocationLimit(input.Length)
            ? null
            : new FuzzFinding($"{allocated} bytes allocated for an input of {input.Length}", input, null);
    }

    private long AllocatedBy(byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = target.Run(input);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // Takes away ever smaller pieces while the same kind of finding remains.
    private FuzzFinding Shrink(FuzzFinding finding)
    {
        for (var piece = Math.Max(1, finding.Input.Length / 2); piece > 0; piece /= 2)
        {
            for (var at = 0; at + piece <= finding.Input.Length;)
            {
                byte[] smaller = [.. finding.Input.AsSpan(0, at), .. finding.Input.AsSpan(at + piece)];
                if (Try(smaller, keep: false) is { } still && still.Exception?.GetType() == finding.Exception?.GetType())
                    finding = still;
                else
                    at += piece;
            }
        }
        return finding;
    }
}
