using System.Reflection;
using Edge.Generators.Wire;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Edge.Generators.Tests.Wire;

/// <summary>Compiles declarations with the support files of the executable, and runs the generator over them.</summary>
internal static class WireRun
{
    private static readonly string Root = typeof(WireRun).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot").Value!;

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.CSharp14, DocumentationMode.Diagnose);

    private static readonly MetadataReference[] Runtime =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public static SyntaxTree Tree(string source, string path) => CSharpSyntaxTree.ParseText(source, Parse, path);

    /// <summary>A compilation of <paramref name="source"/>, as file input.cs, with attributes, faults and dump.</summary>
    public static CSharpCompilation Compile(string source)
    {
        string[] support = ["WireAttributes.cs", "WireFault.cs", "WireDump.cs", "UInt24.cs"];
        return Compile([Tree(source, "input.cs"), .. support.Select(File)]);
    }

    /// <summary>All that the executable declares.</summary>
    public static CSharpCompilation CompileDeclarations() =>
        Compile([
            .. Directory.GetFiles(PathOf("src", "Edge", "Foundation", "Wire"), "*.cs").Select(Path.GetFileName).Select(name => File(name!)),
            .. Directory.GetFiles(PathOf("src", "Edge", "Foundation", "Addresses"), "*.cs").Select(path => CSharpSyntaxTree.ParseText(System.IO.File.ReadAllText(path), Parse)),
        ]);

    public static GeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new WireGenerator().AsSourceGenerator()],
        parseOptions: Parse,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>What the generator reports, as "ID at TEXT: message" with the source text that the place covers.</summary>
    public static string[] Faults(string source)
    {
        var result = Driver().RunGenerators(Compile(source)).GetRunResult();
        return [.. result.Diagnostics.Select(d =>
            $"{d.Id} at {source.Substring(d.Location.SourceSpan.Start, d.Location.SourceSpan.Length)}: {d.GetMessage(null)}")];
    }

    /// <summary>The generated text of one message.</summary>
    public static string Text(string source, string message) =>
        Driver().RunGenerators(Compile(source)).GetRunResult().GeneratedTrees
            .Single(tree => tree.FilePath.EndsWith($".{message}.g.cs", StringComparison.Ordinal)).ToString();

    /// <summary>Everything that the compiler says about declarations and generated code, hidden remarks left out.</summary>
    public static string[] CompilerSays(CSharpCompilation compilation)
    {
        Driver().RunGeneratorsAndUpdateCompilation(compilation, out var output, out var faults);
        return [.. faults.Concat(output.GetDiagnostics()).Where(d => d.Severity > DiagnosticSeverity.Hidden).Select(d => d.ToString())];
    }

    /// <summary>Compiles, loads and calls <c>N.Probe.Run()</c>.</summary>
    public static string Execute(string source)
    {
        Driver().RunGeneratorsAndUpdateCompilation(Compile(source), out var output, out _);
        using var image = new MemoryStream();
        var emitted = output.Emit(image);
        if (!emitted.Success)
            throw new InvalidOperationException(string.Join('\n', emitted.Diagnostics));
        var run = System.Reflection.Assembly.Load(image.ToArray()).GetType("N.Probe")!.GetMethod("Run")!;
        return run.CreateDelegate<Func<string>>()();
    }

    private static CSharpCompilation Compile(SyntaxTree[] trees)
    {
        const string usings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;";
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999);
        return CSharpCompilation.Create("declared", [Tree(usings, "usings.cs"), .. trees], Runtime, options);
    }

    private static SyntaxTree File(string name)
    {
        var path = PathOf("src", "Edge", "Foundation", "Wire", name);
        return Tree(System.IO.File.ReadAllText(path), path);
    }
}
