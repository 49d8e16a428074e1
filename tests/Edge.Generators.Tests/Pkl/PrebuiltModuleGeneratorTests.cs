using System.Collections.Immutable;
using Edge.Generators.Pkl;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Edge.Generators.Tests.Pkl;

/// <summary>The modules that come with Edge become data at build time. That the data is the tree is tested in Edge.Tests, where it is read.</summary>
public sealed class PrebuiltModuleGeneratorTests
{
    private static readonly Schema Base = new("Library/base.pkl", "module pkl.base\n\nclass Any\n");
    private static readonly Schema Server = new("schema/EdgeServer.pkl", "module edge.serve.EdgeServer\n\nname: String\n");
    private static readonly Schema Unmarked = new("other.pkl", "this is not Pkl");

    private const string Consumer = """
        namespace Edge.Config.Library
        {
            internal sealed class PrebuiltModule(string uri, System.ReadOnlySpan<byte> text, System.ReadOnlySpan<byte> syntax)
            {
                public string Uri { get; } = uri;
                public string Text { get; } = System.Text.Encoding.UTF8.GetString(text);
                public byte[] Syntax { get; } = syntax.ToArray();
            }
        }
        public static class Probe
        {
            public static string Text(string uri) => Edge.Config.Library.PrebuiltModules.Find(uri)?.Text;
            public static byte[] Syntax(string uri) => Edge.Config.Library.PrebuiltModules.Find(uri)?.Syntax;
            public static string Uris() => string.Join(" ", Edge.Config.Library.PrebuiltModules.Uris);
        }
        """;

    [Test]
    public async Task Marked_files_are_found_by_their_URI_with_text_and_tree()
    {
        var probe = Probe(Driver(Server, Base, Unmarked));
        await Assert.That(probe("Uris", [])).IsEqualTo("edge:serve/EdgeServer.pkl pkl:base");
        await Assert.That(probe("Text", ["pkl:base"])).IsEqualTo("module pkl.base\n\nclass Any\n");
        await Assert.That(probe("Text", ["edge:serve/EdgeServer.pkl"])).IsEqualTo("module edge.serve.EdgeServer\n\nname: String\n");
        await Assert.That(probe("Text", ["pkl:other"])).IsNull();
        var parsed = Edge.Config.Syntax.Parser.Parse(
            new Edge.Config.Syntax.SourceText("pkl:base", "pkl:base", System.Text.Encoding.UTF8.GetBytes("module pkl.base\n\nclass Any\n")));
        await Assert.That(((byte[])probe("Syntax", ["pkl:base"])!).SequenceEqual(Edge.Config.Syntax.SyntaxWriter.Write(parsed))).IsTrue();
    }

    [Test]
    public async Task Text_of_any_kind_survives()
    {
        const string text = "a = \"\"\"\n  \\u{0} \" é 日本 😀 \\\\ {{ }} \t\n  \"\"\"\n";
        var probe = Probe(Driver(new Schema("Library/base.pkl", text)));
        await Assert.That(probe("Text", ["pkl:base"])).IsEqualTo(text);
    }

    [Test]
    public async Task A_syntax_error_is_a_build_error_at_its_place_in_the_file()
    {
        var result = Driver(Server, new Schema("Library/base.pkl", "a = 1\nclass B {\n  \"é\": Int\n}\n"))
            .RunGenerators(SchemaCompilation.Empty()).GetRunResult();
        await Assert.That(result.Problems()).IsEqualTo("Library/base.pkl(3,3-4): EDGEP001: Unexpected token `\"`. Expected `identifier`.\n");
        // The others stay usable, so that one mistake is one error.
        await Assert.That(result.Text("PrebuiltModules.g.cs")).DoesNotContain("pkl:base");
        await Assert.That(result.Text("PrebuiltModules.g.cs")).Contains("\"edge:serve/EdgeServer.pkl\" => Module_edge_serve_EdgeServer_pkl,");
    }

    [Test]
    public async Task Advice_is_part_of_the_error()
    {
        var result = Driver(new Schema("Library/base.pkl", "a = \"\\q\"")).RunGenerators(SchemaCompilation.Empty()).GetRunResult();
        await Assert.That(result.Problems()).IsEqualTo(
            "Library/base.pkl(1,6-8): EDGEP001: Invalid character escape sequence `\\q`. Valid character escape sequences are:  \\n  \\r  \\t  \\\"  \\\\\n");
    }

    [Test]
    public async Task Nothing_is_made_of_files_without_a_mark()
    {
        var result = Driver(Unmarked).RunGenerators(SchemaCompilation.Empty()).GetRunResult();
        await Assert.That(result.Diagnostics).IsEmpty();
        await Assert.That(result.GeneratedTrees).IsEmpty();
    }

    [Test]
    public async Task An_unrelated_edit_parses_nothing_again()
    {
        var driver = Driver(Server, Base).RunGenerators(SchemaCompilation.Empty());
        driver = driver.RunGenerators(SchemaCompilation.Empty().AddSyntaxTrees(CSharpSyntaxTree.ParseText("class Other;", SchemaCompilation.ParseOptions)));
        await Assert.That(Reasons(driver, PrebuiltModuleGenerator.CodeStep)).IsEquivalentTo([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Cached]);
    }

    [Test]
    public async Task An_edit_of_one_module_parses_that_one_again()
    {
        var driver = Driver(Server, Base).RunGenerators(SchemaCompilation.Empty());
        driver = driver.ReplaceAdditionalText(Base, new Schema(Base.Path, "module pkl.base\n")).RunGenerators(SchemaCompilation.Empty());
        await Assert.That(Reasons(driver, PrebuiltModuleGenerator.CodeStep)).IsEquivalentTo([IncrementalStepRunReason.Cached, IncrementalStepRunReason.Modified]);
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorDriver driver, string step) =>
        driver.GetRunResult().Results[0].TrackedSteps[step].SelectMany(s => s.Outputs).Select(o => o.Reason);

    private static CSharpGeneratorDriver Driver(params AdditionalText[] files) =>
        CSharpGeneratorDriver.Create(
            [new PrebuiltModuleGenerator().AsSourceGenerator()], files.ToImmutableArray(), SchemaCompilation.ParseOptions, new Marks(),
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    // Compiles and loads what the generator made, and calls it.
    private static Func<string, object[], object?> Probe(GeneratorDriver driver)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Probe", [CSharpSyntaxTree.ParseText(Consumer, SchemaCompilation.ParseOptions)], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        driver.RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        using var image = new MemoryStream();
        var result = output.Emit(image);
        if (!result.Success)
            throw new InvalidOperationException(string.Join("\n", result.Diagnostics));
        var probe = System.Reflection.Assembly.Load(image.ToArray()).GetType("Probe")!;
        return (method, arguments) => probe.GetMethod(method)!.Invoke(null, arguments);
    }

    /// <summary>The metadata that Edge.csproj sets.</summary>
    private sealed class Marks : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Mark("");

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => new Mark(
            textFile.Path.StartsWith("Library/", StringComparison.Ordinal) ? "pkl:" + Path.GetFileNameWithoutExtension(textFile.Path)
            : textFile.Path.StartsWith("schema/", StringComparison.Ordinal) ? "edge:serve/" + Path.GetFileName(textFile.Path)
            : "");
    }

    private sealed class Mark(string uri) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
        {
            value = key == PrebuiltModuleGenerator.Metadata && uri.Length > 0 ? uri : null;
            return value is not null;
        }
    }
}
