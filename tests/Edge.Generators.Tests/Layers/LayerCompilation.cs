using System.Collections.Immutable;
using Edge.Generators.Layers;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace Edge.Generators.Tests.Layers;

/// <summary>Compiles snippets as one assembly, with the analyzer and a layers.txt, as the build does.</summary>
internal static class LayerCompilation
{
    private static readonly ImmutableArray<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>A house of four rooms: a value, two cores blind to each other, and the machine.</summary>
    public const string House = """
        layer 0: values
          room Values: what is handed on
        layer 1 blind: cores
          room Cores.Left: one core
            uses Values: what it is handed
          room Cores.Right: another
            uses Values: what it is handed
        layer 2: machine
          room Machine: sockets
            uses Cores.Left: it drives the core
        ban clock in layers 0-1: time is an argument
          System.DateTime.UtcNow
          System.Diagnostics.Stopwatch
        ban tasks in layers 0-1: cores are driven
          System.Threading.Tasks
          async
          await
          lock
        ban linq in layers 0-1: write the loop
          System.Linq
        ban closure in layers 0-1: pass the state
          closure
        ban static-state in layers 0-1: several networks are several values
          static-state
        ban sockets in layers 0-1: Io sends
          System.Net.Sockets
          but System.Net.Sockets.AddressFamily
        ban clients outside Machine: the resolver is handed in
          new System.Net.Http.HttpClient
        ban console outside Machine: the machine prints
          System.Console
        """;

    public static async Task<ImmutableArray<Diagnostic>> AnalyzeAsync(string? rules, params (string Path, string Source)[] files)
    {
        var options = new CSharpParseOptions(LanguageVersion.CSharp14, DocumentationMode.Diagnose);
        var compilation = CSharpCompilation.Create(
            "snippet",
            files.Select(file => CSharpSyntaxTree.ParseText(file.Source, options, file.Path)),
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
        return await AnalyzeAsync(rules, compilation);
    }

    public static async Task<ImmutableArray<Diagnostic>> AnalyzeAsync(string? rules, Compilation compilation)
    {
        // A snippet that does not compile proves nothing.
        var broken = compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).ToArray();
        if (broken.Length > 0)
            throw new InvalidOperationException(string.Join("\n", broken.Select(d => d.ToString())));

        ImmutableArray<AdditionalText> additional = rules is null ? [] : [new RulesText(rules)];
        var analyzed = compilation.WithAnalyzers(
            [new LayerAnalyzer()],
            new AnalyzerOptions(additional, new ProjectOptions()));
        var diagnostics = await analyzed.GetAnalyzerDiagnosticsAsync();
        return [.. diagnostics.OrderBy(d => d.Location.GetLineSpan().Path).ThenBy(d => d.Location.SourceSpan.Start)];
    }

    /// <summary>"EDGEL004 3" for each diagnostic: its number and one-based line.</summary>
    public static string Summarize(IEnumerable<Diagnostic> diagnostics) =>
        string.Join(", ", diagnostics.Select(d => $"{d.Id} {d.Location.GetLineSpan().StartLinePosition.Line + 1}"));

    private sealed class RulesText(string text) : AdditionalText
    {
        public override string Path => "/house/layers.txt";

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    /// <summary>What the SDK shows analyzers of the project file.</summary>
    private sealed class ProjectOptions : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Properties();

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;
    }

    private sealed class Properties : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, out string value)
        {
            value = key switch
            {
                "build_property.projectdir" => "/house/src/Edge/",
                "build_property.rootnamespace" => "Edge",
                _ => "",
            };
            return value.Length > 0;
        }
    }
}
