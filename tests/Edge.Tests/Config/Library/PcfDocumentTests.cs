using Edge.Config.Evaluation;
using Edge.Config.Library;

namespace Edge.Tests.Config.Library;

/// <summary>tests/pkl/library/documents: modules that the reference rendered, or the errors that it printed.</summary>
public sealed class PcfDocumentTests
{
    private static readonly string Folder = Repository.PathOf("tests/pkl/library/documents");

    public static IEnumerable<string> Rendered() => Names("*.pcf");

    public static IEnumerable<string> Failing() => Names("*.err");

    [Test]
    [MethodDataSource(nameof(Rendered))]
    public async Task Documents_are_rendered_as_the_reference_renders_them(string name) =>
        await Assert.That(Evaluate(name)).IsEqualTo(await File.ReadAllTextAsync(Path.Combine(Folder, name + ".pcf")));

    [Test]
    [MethodDataSource(nameof(Failing))]
    public async Task Documents_fail_with_the_references_headline_and_hint(string name)
    {
        var expected = await File.ReadAllTextAsync(Path.Combine(Folder, name + ".err"));

        var error = Assert.Throws<EvaluationException>(() => Evaluate(name));

        await Assert.That(expected).StartsWith($"–– Pkl Error ––\n{error.Headline}\n{string.Concat(error.Values.Select(value => $"{value.Name}: {value.Text}\n"))}\n");
        if (error.Hint is { } hint) await Assert.That(expected).Contains(hint.Replace(Folder, "/DOCUMENTS", StringComparison.Ordinal));
        else await Assert.That(expected.Split("\n\n").Length).IsEqualTo(3);
    }

    [Test]
    public async Task What_came_from_the_environment_is_masked()
    {
        var text = Render(
            """
            plain = "shown"
            secret = env("SECRET")
            derived = "Bearer \(secret)"
            upper = secret.toUpperCase()
            list = List(secret, "shown")
            listing { secret; "shown" }
            map = Map("key", secret)
            nested { ["key"] = secret }
            joined = List(Pair(1, secret)).join(", ")
            mapText = map.toString()
            objectText = "the nested \(nested)"
            rendered = new PcfRenderer {}.renderValue(nested)
            first = List("shown").first
            """,
            new PcfOptions { Mask = PcfOptions.MaskEnvironment });

        await Assert.That(text).IsEqualTo(
            """
            plain = "shown"
            secret = <masked>
            derived = <masked>
            upper = <masked>
            list = List(<masked>, "shown")
            listing {
              <masked>
              "shown"
            }
            map = Map("key", <masked>)
            nested {
              ["key"] = <masked>
            }
            joined = <masked>
            mapText = <masked>
            objectText = <masked>
            rendered = <masked>
            first = "shown"

            """);
    }

    [Test]
    public async Task A_mask_sees_the_property_that_it_hides()
    {
        var text = Render(
            """
            password = "p"
            user { password = "q"; name = "n" }
            """,
            new PcfOptions { Mask = (owner, property, value) => property == "password" ? "hidden" : null });

        await Assert.That(text).IsEqualTo("password = hidden\nuser {\n  password = hidden\n  name = \"n\"\n}\n");
    }

    [Test]
    public async Task An_object_that_contains_itself_is_refused()
    {
        var error = Assert.Throws<EvaluationException>(() => Render("a { b = a }", new PcfOptions()));

        await Assert.That(error.Headline).IsEqualTo("A stack overflow occurred.");
    }

    private static IEnumerable<string> Names(string pattern) =>
        Directory.EnumerateFiles(Folder, pattern).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    private static string Evaluate(string name) => new Evaluator(new EvaluationOptions()).EvaluateToText(Path.Combine(Folder, name + ".pkl"));

    private static string Render(string module, PcfOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("edge-library");
        try
        {
            var file = Path.Combine(folder.FullName, "document.pkl");
            File.WriteAllText(file, module);
            var evaluator = new Evaluator(new EvaluationOptions { Environment = name => name == "SECRET" ? "hush" : null });
            return PcfRenderer.RenderDocument(evaluator, evaluator.LoadMain(file).Self, options);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
