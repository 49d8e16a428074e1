using Edge.Fuzz;

namespace Edge.Tests.Fuzz;

/// <summary>A bounded run of every fuzz target: the same inputs each time. Longer ones are run by hand: <c>dotnet run --project tests/Edge.Fuzz</c>.</summary>
public sealed class FuzzTests
{
    private const int Runs = 5_000;

    public static IEnumerable<string> Targets() => FuzzTargets.All.Select(target => target.Name);

    [Test]
    [MethodDataSource(nameof(Targets))]
    public async Task Inputs_made_from_valid_ones_parse_or_are_refused(string name)
    {
        var result = new FuzzRun(FuzzTargets.Find(name)!, seed: 1).Run(Runs, TimeSpan.MaxValue);
        await Assert.That(result.Finding is null).IsTrue().Because(Describe(result.Finding));
        await Assert.That(result.Runs).IsEqualTo(Runs);
    }

    [Test]
    public async Task A_bug_is_found_and_its_input_made_small()
    {
        var result = new FuzzRun(new Fragile(), seed: 1).Run(100_000, TimeSpan.MaxValue);
        await Assert.That(result.Finding!.Exception).IsTypeOf<InvalidOperationException>();
        await Assert.That(result.Finding.Input.AsSpan().SequenceEqual("(!"u8)).IsTrue();
    }

    [Test]
    public async Task A_blow_up_is_found()
    {
        var result = new FuzzRun(new Greedy(), seed: 1).Run(100_000, TimeSpan.MaxValue);
        await Assert.That(result.Finding!.What).Contains("bytes allocated for an input of");
    }

    [Test]
    public async Task A_seed_decides_every_input()
    {
        await Assert.That(Inputs(7)).IsEquivalentTo(Inputs(7));
        await Assert.That(Inputs(7).SequenceEqual(Inputs(8))).IsFalse();
    }

    private static List<string> Inputs(ulong seed)
    {
        var mutator = new Mutator(seed, ["word"u8.ToArray()]);
        return [.. Enumerable.Range(0, 100).Select(_ => Convert.ToHexString(mutator.Mutate(["an input"u8.ToArray()])))];
    }

    private static string Describe(FuzzFinding? finding) =>
        finding is null ? "" : $"{finding.What}\n{finding.Exception?.StackTrace}\n{Convert.ToHexString(finding.Input)}";

    private sealed class Fragile : FuzzTarget
    {
        public override string Name => "fragile";

        public override IReadOnlyList<byte[]> Seeds => ["a valid (input)"u8.ToArray()];

        public override IReadOnlyList<byte[]> Words => ["!"u8.ToArray()];

        public override int Run(byte[] input)
        {
            var open = input.AsSpan().IndexOf((byte)'(');
            return open >= 0 && input.AsSpan(open).Contains((byte)'!') ? throw new InvalidOperationException() : input.Length;
        }
    }

    private sealed class Greedy : FuzzTarget
    {
        public override string Name => "greedy";

        public override IReadOnlyList<byte[]> Seeds => ["0"u8.ToArray()];

        public override int Run(byte[] input) => input.Length > 40 ? new byte[10_000_000].Length : input.Length;
    }
}
