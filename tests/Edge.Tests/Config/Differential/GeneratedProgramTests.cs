using System.Globalization;
using System.Text;

namespace Edge.Tests.Config.Differential;

/// <summary>
/// Generated programs, in Edge and in the real CLI: the same PCF or the same headline of an error. <c>EDGE_PROGRAMS</c> says how many
/// (60), <c>EDGE_PROGRAMS_FROM</c> which is the first (0): a number is a program.
/// </summary>
public sealed class GeneratedProgramTests
{
    private const int Batch = 20;

    private static readonly IReadOnlyDictionary<string, string> NoEnvironment = new Dictionary<string, string>();

    public static IEnumerable<int> Batches()
    {
        var from = FromEnvironment("EDGE_PROGRAMS_FROM", 0);
        var count = FromEnvironment("EDGE_PROGRAMS", 60);
        for (var first = from; first < from + count; first += Batch)
            yield return first;
    }

    [Test]
    [RequiresRealPkl]
    [MethodDataSource(nameof(Batches))]
    public async Task Edge_and_the_real_cli_agree_on_programs_from(int first)
    {
        var folder = Directory.CreateTempSubdirectory("edge-programs-").FullName;
        var differences = new StringBuilder();
        try
        {
            for (var seed = first; seed < first + Batch; seed++)
            {
                var text = ProgramGenerator.Generate(seed);
                var file = Path.Combine(folder, $"program{seed.ToString(CultureInfo.InvariantCulture)}.pkl");
                await File.WriteAllTextAsync(file, text);
                var real = await RealPkl.EvaluateAsync(file, NoEnvironment);
                var edge = EdgeEvaluation.Evaluate(file, NoEnvironment);
                if (edge != real)
                    differences.Append(CultureInfo.InvariantCulture, $"program {seed}:\n{text}\nthe real one says:\n{real}\nEdge says:\n{edge}\n\n");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        await Assert.That(differences.ToString()).IsEmpty();
    }

    private static int FromEnvironment(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
