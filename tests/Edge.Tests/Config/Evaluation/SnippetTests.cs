namespace Edge.Tests.Config.Evaluation;

/// <summary>
/// Every language snippet of the first two tiers has the grade that tests/pkl/PASSING.tsv records: none gets worse, and one that gets
/// better must be recorded. Cases that are not in the list do not pass yet.
/// </summary>
public sealed class SnippetTests
{
    [Test]
    public async Task Every_snippet_has_its_recorded_grade()
    {
        var recorded = File.ReadLines(Repository.PathOf("tests", "pkl", "PASSING.tsv")).ToList();
        var found = OnLargeStack(Run);
        var differences = found.Except(recorded).Select(line => "now: " + line)
            .Concat(recorded.Except(found).Select(line => "recorded: " + line))
            .Order(StringComparer.Ordinal).ToList();
        if (differences.Count > 0)
        {
            var path = Repository.PathOf("artifacts", "PASSING.tsv");
            File.WriteAllLines(path, found);
            differences.Add($"If all is as it should be: cp {path} {Repository.PathOf("tests", "pkl", "PASSING.tsv")}");
        }
        await Assert.That(string.Join("\n", differences)).IsEqualTo("");
    }

    private static List<string> Run() =>
    [
        .. SnippetCase.All
            .Select(snippet => $"{snippet.Grade(snippet.Run())}\t{snippet.Tier}\t{snippet.Input}")
            .Where(line => line[0] != '-')
            .Order(StringComparer.Ordinal),
    ];

    // As the command line evaluates: some snippets recurse without end, and should meet the limit and not the stack's.
    private static List<string> OnLargeStack(Func<List<string>> run)
    {
        List<string> result = [];
        var thread = new Thread(() => result = run(), 64 << 20);
        thread.Start();
        thread.Join();
        return result;
    }
}
