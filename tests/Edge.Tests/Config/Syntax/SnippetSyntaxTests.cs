using Edge.Config.Syntax;

namespace Edge.Tests.Config.Syntax;

/// <summary>Every input of the language snippets parses, or fails to parse, as Pkl 0.30.2 does.</summary>
public sealed class SnippetSyntaxTests
{
    [Test]
    public async Task The_verdicts_cover_every_snippet()
    {
        var root = Repository.PathOf("tests", "pkl");
        var files = Directory.EnumerateFiles(root, "*.pkl", SearchOption.AllDirectories)
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
}
