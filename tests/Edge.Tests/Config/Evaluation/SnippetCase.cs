using System.Text;
using System.Text.RegularExpressions;
using Edge.Config.Evaluation;
using Edge.Config.Syntax;

namespace Edge.Tests.Config.Evaluation;

/// <summary>A language snippet with its expected output. tests/pkl/README.md says where they come from.</summary>
internal sealed partial record SnippetCase(string Tier, string Input, string Output, bool IsError)
{
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["NAME1"] = "value1",
        ["NAME2"] = "value2",
        ["/foo/bar"] = "foobar",
        ["foo bar"] = "foo bar",
        ["file:///foo/bar"] = "file:///foo/bar",
    };

    private static readonly Dictionary<string, string> Properties = new() { ["name1"] = "value1", ["name2"] = "value2", ["/foo/bar"] = "foobar" };

    /// <summary>The cases of the first two tiers.</summary>
    public static IReadOnlyList<SnippetCase> All { get; } =
    [
        .. File.ReadLines(Repository.PathOf("tests", "pkl", "MANIFEST.tsv")).Skip(1)
            .Select(line => line.Split('\t'))
            .Where(fields => fields[0] is "1" or "2")
            .Select(fields => new SnippetCase(fields[0], fields[1], fields[2], fields[3] == "err")),
    ];

    private string Folder => Repository.PathOf("tests", "pkl", "tier" + Tier);

    public string Expected => File.ReadAllText(Path.Combine(Folder, "output", Output));

    /// <summary>What Edge prints: standard output, then standard error, in the snippets' normal form.</summary>
    public string Run()
    {
        var output = "";
        var errors = new StringBuilder();
        var evaluator = new Evaluator(new EvaluationOptions
        {
            Root = Folder,
            Environment = Environment.GetValueOrDefault,
            Properties = Properties,
            Trace = line => errors.Append(line).Append('\n'),
        });
        try
        {
            output = evaluator.EvaluateToText(Path.Combine(Folder, "input", Input));
        }
        catch (EvaluationException e)
        {
            errors.Append(ErrorText.Of(e));
        }
        catch (SyntaxException e)
        {
            errors.Append(ErrorText.Of(e, ModuleName.Infer(e.Text.Uri)));
        }
        return Normalise(output + errors);
    }

    private string Normalise(string text)
    {
        text = text.Replace(Folder, "/$snippetsDir");
        text = ExcerptLine().Replace(text, match => match.Groups[1].Value + new string('x', match.Groups[2].Length) + " |");
        text = LineAnchor().Replace(text, "#LXX");
        text = LineAssignment().Replace(text, "line = XX");
        return text.Replace("https://pkl-lang.org/", "https://$pklWebsite/").Replace(PklVersion.Text, "xxx");
    }

    /// <summary>
    /// <c>OK</c> for a document; for an error <c>E3</c> (every byte), <c>E2</c> (headline, value and all frames but those of
    /// <c>Module.output</c>), <c>E1</c> (headline, value and first frame); else <c>-</c>.
    /// </summary>
    public string Grade(string actual)
    {
        if (actual == Expected) return IsError ? "E3" : "OK";
        if (!IsError) return "-";
        var (headline, frames) = Parts(Expected);
        var (actualHeadline, actualFrames) = Parts(actual);
        if (headline != actualHeadline || !frames.Take(1).SequenceEqual(actualFrames.Take(1))) return "-";
        return Relevant(frames).SequenceEqual(Relevant(actualFrames)) ? "E2" : "E1";
    }

    private static IEnumerable<string> Relevant(IEnumerable<string> frames) => frames.Where(frame => !frame.Contains("pkl.base#Module.output"));

    private static (string Headline, List<string> Frames) Parts(string text)
    {
        var paragraphs = text.Split("\n\n");
        return (paragraphs[0], [.. paragraphs.Where(p => Frame().IsMatch(p)).Select(p => p.TrimEnd())]);
    }

    [GeneratedRegex(@"^((?: ║ )*)(\d+) \|", RegexOptions.Multiline)]
    private static partial Regex ExcerptLine();

    [GeneratedRegex(@"#L\d+")]
    private static partial Regex LineAnchor();

    [GeneratedRegex(@"line = \d+")]
    private static partial Regex LineAssignment();

    [GeneratedRegex(@"^x+ \|", RegexOptions.Multiline)]
    private static partial Regex Frame();
}
