using Edge.Bench.Measurement;
using Edge.Tests;
using Edge.Tests.Config.Differential;

namespace Edge.Bench;

/// <summary>
/// Whole processes: <c>edge check FILE</c> (parse, evaluate, validate, bind) against the real <c>pkl eval</c> of the same configuration, and
/// <c>edge version</c> against <c>pkl --version</c> for what starting up costs.
/// </summary>
internal static class CheckBenchmark
{
    private const int LargeLines = 4000;

    private static readonly string Edge = Repository.PathOf("artifacts", "edge");

    public static bool Run(int runs)
    {
        if (!File.Exists(Edge))
            throw new FileNotFoundException("there is no binary: scripts/publish makes it", Edge);
        if (RealPkl.Program is not { } pkl)
            throw new FileNotFoundException($"there is no Pkl CLI {RealPkl.Version}: scripts/setup --oracle installs it where npm is, or EDGE_PKL names one");

        var folder = Directory.CreateTempSubdirectory("edge-bench-").FullName;
        try
        {
            var large = Path.Combine(folder, "server.pkl");
            File.WriteAllText(large, LargeConfiguration.Text(LargeLines));

            var met = Configuration(pkl, Repository.PathOf("examples", "production", "server.pkl"), runs).Print(wallGoal: 0.7, memoryGoal: 0.25);
            met &= Configuration(pkl, large, runs).Print(wallGoal: 0.7, memoryGoal: null);
            Comparison.Of("version", Ours("version"), Theirs(pkl, "--version"), runs).Print(wallGoal: null, memoryGoal: null);
            return met;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Comparison Configuration(string pkl, string file, int runs)
    {
        using var reference = ReferenceCopy.Of(file, Corpus.Schema);
        var what = $"a configuration of {File.ReadLines(file).Count()} lines, {runs} runs each";
        return Comparison.Of(what, Ours("check", file), Theirs(pkl, "eval", "--no-project", reference.File), runs);
    }

    private static Command Ours(params string[] arguments) => new($"edge {arguments[0]}", Edge, arguments, Corpus.Environment);

    private static Command Theirs(string pkl, params string[] arguments) => new($"pkl {arguments[0]}", pkl, arguments, Corpus.Environment);
}
