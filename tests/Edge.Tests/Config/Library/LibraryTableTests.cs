using System.Globalization;
using System.Text;
using Edge.Config.Evaluation;

namespace Edge.Tests.Config.Library;

/// <summary>
/// tests/pkl/library/*.tsv: expressions, and what the reference makes of them: <c>=</c> and the value in PCF, or <c>!</c> and the error as
/// <c>test.catch</c> shows it. The same module that made the second column asks our evaluator.
/// </summary>
public sealed class LibraryTableTests
{
    private static readonly string Folder = Repository.PathOf("tests/pkl/library");

    public static IEnumerable<string> Tables() => Directory.EnumerateFiles(Folder, "*.tsv").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    [Test]
    [MethodDataSource(nameof(Tables))]
    public async Task Expressions_give_what_the_reference_gives(string table)
    {
        var rows = (await File.ReadAllLinesAsync(Path.Combine(Folder, table))).Select(line => line.Split('\t')).ToList();
        var actual = Evaluate([.. rows.Select(row => row[0])]);

        var wrong = rows.Zip(actual).Where(pair => pair.First[1] != pair.Second)
            .Select(pair => $"{pair.First[0]}\n  reference {pair.First[1]}\n  edge      {pair.Second}").ToList();
        // The assertions' own texts would cut the list short.
        if (wrong.Count > 0) Assert.Fail(string.Join('\n', wrong));
        await Assert.That(actual.Length).IsEqualTo(rows.Count);
    }

    private static string[] Evaluate(string[] expressions)
    {
        var module = new StringBuilder(File.ReadAllText(Path.Combine(Folder, "prelude.pkl")));
        for (var i = 0; i < expressions.Length; i++) module.Append(CultureInfo.InvariantCulture, $"local r{i} = () -> {expressions[i]}\n");
        module.Append("local all = List(").AppendJoin(", ", Enumerable.Range(0, expressions.Length).Select(i => $"r{i}")).Append(")\n");
        module.Append(File.ReadAllText(Path.Combine(Folder, "epilogue.pkl")));

        var folder = Directory.CreateTempSubdirectory("edge-library");
        try
        {
            var file = Path.Combine(folder.FullName, "table.pkl");
            File.WriteAllText(file, module.ToString());
            return new Evaluator(new EvaluationOptions()).EvaluateToText(file).TrimEnd('\n').Split('\n');
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
