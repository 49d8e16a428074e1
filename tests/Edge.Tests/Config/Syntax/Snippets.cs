using Edge.Config.Syntax;

namespace Edge.Tests.Config.Syntax;

/// <summary>What Pkl 0.30.2 says about a snippet's syntax (tests/pkl/PARSE.tsv).</summary>
internal sealed record SnippetVerdict(string File, bool IsError, int Line, string Headline)
{
    public override string ToString() => File;
}

internal static class Snippets
{
    public static IReadOnlyList<SnippetVerdict> All { get; } =
    [
        .. from line in File.ReadLines(Repository.PathOf("tests", "pkl", "PARSE.tsv")).Skip(1)
           let fields = line.Split('\t')
           select new SnippetVerdict(
               fields[0], fields[1] == "error", fields[2].Length == 0 ? 0 : int.Parse(fields[2]), fields[3].Replace("\\n", "\n"))
    ];

    public static SourceText Read(string file)
    {
        var path = Repository.PathOf(["tests", "pkl", .. file.Split('/')]);
        return new SourceText("file://" + path, file, File.ReadAllBytes(path));
    }
}
