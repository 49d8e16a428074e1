using Edge.Config.Syntax;

namespace Edge.Tests.Config.Syntax;

/// <summary>Every input of the language snippets parses, or fails to parse, as Pkl 0.30.2 does.</summary>
public sealed class SnippetSyntaxTests
{
    [Test]
    public async Task The_verdicts_cover_every_snippet()
    {
        var root = Repository.PathOf("tests", "pkl");
        var files = new[] { "tier1", "tier2" }
            .SelectMany(tier => Directory.EnumerateFiles(Path.Combine(root, tier), "*.pkl", SearchOption.AllDirectories))
            .Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'));
        await Assert.That(Snippets.All.Select(v => v.File).Order(StringComparer.Ordinal))
            .IsEquivalentTo(files.Order(StringComparer.Ordinal));
    }

    [Test]
    public async Task What_Pkl_parses_parses()
    {
        var refused = new List<string>();
        foreach (var verdict in Snippets.All.Where(v => !v.IsError))
        {
            var source = Snippets.Read(verdict.File);
            try
            {
                Parser.Parse(source);
            }
            catch (SyntaxException e)
            {
                refused.Add($"{verdict.File}:{source.LineOf(e.Span.Start) + 1}: {e.Headline}");
            }
        }
        await Assert.That(refused).IsEmpty();
    }

    [Test]
    public async Task What_Pkl_refuses_is_refused_at_its_line_in_its_words()
    {
        var differences = new List<string>();
        foreach (var verdict in Snippets.All.Where(v => v.IsError))
        {
            var source = Snippets.Read(verdict.File);
            try
            {
                Parser.Parse(source);
                differences.Add($"{verdict.File}: parsed, but Pkl says: {verdict.Headline}");
            }
            catch (SyntaxException e)
            {
                var line = source.LineOf(e.Span.Start) + 1;
                if (e.Headline != verdict.Headline || line != verdict.Line)
                    differences.Add($"{verdict.File}:{line}: {e.Headline} -- Pkl says, at line {verdict.Line}: {verdict.Headline}");
            }
        }
        await Assert.That(differences).IsEmpty();
    }

    [Test]
    public async Task A_refusal_reads_as_the_expected_output_does()
    {
        var differences = new List<string>();
        var compared = 0;
        foreach (var verdict in Snippets.All.Where(v => v.IsError))
        {
            var output = Repository.PathOf(["tests", "pkl", .. verdict.File.Replace("/input/", "/output/").Replace(".pkl", ".err").Split('/')]);
            if (!File.Exists(output))
                continue;
            var expected = File.ReadAllText(output);
            if (expected.Contains("requires Pkl version"))
                continue;
            compared++;
            var found = Render(verdict);
            if (found != expected)
                differences.Add($"{verdict.File}:\n{found}\nbut Pkl says\n{expected}");
        }
        await Assert.That(differences).IsEmpty();
        await Assert.That(compared).IsGreaterThanOrEqualTo(60);
    }

    // As tests/pkl normalises it.
    private static string Render(SnippetVerdict verdict)
    {
        try
        {
            Parser.Parse(Snippets.Read(verdict.File));
            return "parsed";
        }
        catch (SyntaxException e)
        {
            var line = e.Text.LineOf(e.Span.Start) + 1;
            var mask = new string('x', line.ToString().Length);
            var excerpt = mask + Excerpt.Of(e.Text, e.Span)[mask.Length..];
            var path = verdict.File[verdict.File.IndexOf('/')..];
            return $"–– Pkl Error ––\n{e.Message}\n\n{excerpt}at {Path.GetFileNameWithoutExtension(path)} (file:///$snippetsDir{path})\n";
        }
    }
}
