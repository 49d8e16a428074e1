using System.Globalization;
using System.Text.RegularExpressions;
using Edge.Tests.Cli;

namespace Edge.Tests.Config.Differential;

/// <summary>
/// Broken configurations from end to end: what <c>edge check</c> says, where, and with which exit code. <c>tests/pkl/bad/CASES.tsv</c> was
/// written first, from the configurations; <c>tests/pkl/bad/said</c> holds the whole texts (<c>EDGE_RECORD=1</c> writes them).
/// </summary>
public sealed partial class BadInputTests
{
    private const string Secret = "TEST_SECRET";
    private const string SecretValue = "hunter2-never-printed";

    private static readonly string Folder = Repository.PathOf("tests", "pkl", "bad");

    static BadInputTests() => Environment.SetEnvironmentVariable(Secret, SecretValue);

    public static IEnumerable<BadInput> Cases() =>
        File.ReadLines(Path.Combine(Folder, "CASES.tsv"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split('\t'))
            .Select(fields => new BadInput(fields[0], fields[1], fields[2]));

    [Test]
    [MethodDataSource(nameof(Cases))]
    public async Task A_broken_configuration_is_told_what_is_wrong_and_where(BadInput input)
    {
        var run = await CommandRun.InProcess("check", Path.Combine(Folder, input.File));
        var said = run.Error.Replace($"{Folder}/", "", StringComparison.Ordinal).Replace(Folder, ".", StringComparison.Ordinal);

        var recording = Path.Combine(Folder, "said", Path.ChangeExtension(input.File, ".txt").Replace('/', '-'));
        if (Environment.GetEnvironmentVariable("EDGE_RECORD") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(recording)!);
            await File.WriteAllTextAsync(recording, said);
        }

        await Assert.That(run.ExitCode).IsEqualTo(1);
        await Assert.That(run.Out).IsEmpty();
        await Assert.That(said).DoesNotContain(SecretValue);
        await Assert.That(Places(said, input.File)).IsEqualTo(input.Lines);
        foreach (var word in input.Words.Split('|'))
            await Assert.That(said).Contains(word);
        await Assert.That(said).IsEqualTo(await File.ReadAllTextAsync(recording));
    }

    [Test]
    public async Task Every_broken_configuration_is_a_case()
    {
        var cases = Cases().Select(input => input.File.Split('/')[0]).ToHashSet();
        var lying = Directory.EnumerateFileSystemEntries(Folder).Select(path => Path.GetFileName(path)!)
            .Except(["CASES.tsv", "said", "outside.pkl"]);
        await Assert.That(lying.Except(cases)).IsEmpty();
        await Assert.That(cases.Except(lying)).IsEmpty();
    }

    /// <summary>The lines of the errors, in the notation of CASES.tsv.</summary>
    private static string Places(string said, string file) =>
        string.Join(',', Headline().Matches(said).Select(match =>
            match.Groups["file"].Value == file ? match.Groups["line"].Value
            : string.Create(CultureInfo.InvariantCulture, $"{match.Groups["file"].Value[(match.Groups["file"].Value.LastIndexOf('/') + 1)..]}:{match.Groups["line"].Value}")));

    [GeneratedRegex(@"^(?<file>[^\s:][^:\n]*):(?<line>\d+):\d+: error: .", RegexOptions.Multiline)]
    private static partial Regex Headline();

    /// <summary>A line of CASES.tsv.</summary>
    public sealed record BadInput(string File, string Lines, string Words)
    {
        public override string ToString() => File;
    }
}
