using System.Collections.Immutable;
using Edge.Generators.Pkl;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Edge.Generators.Tests.Pkl;

/// <summary>The generator run on a schema given as text.</summary>
internal static class SchemaCompilation
{
    public static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.CSharp14);

    public static GeneratorDriverRunResult Run(string schema) => Driver(new Schema("schema/EdgeServer.pkl", schema)).RunGenerators(Empty()).GetRunResult();

    public static GeneratorDriver Driver(params AdditionalText[] files) =>
        CSharpGeneratorDriver.Create(
            [new ConfigurationGenerator().AsSourceGenerator()], files.ToImmutableArray(), ParseOptions,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    public static CSharpCompilation Empty() =>
        CSharpCompilation.Create("Sample", [CSharpSyntaxTree.ParseText("class C;", ParseOptions)]);

    /// <summary>A generated file's text.</summary>
    public static string Text(this GeneratorDriverRunResult result, string name) =>
        result.GeneratedTrees.Single(t => Path.GetFileName(t.FilePath) == name).ToString().ReplaceLineEndings("\n");

    /// <summary>The diagnostics as compilers print them.</summary>
    public static string Problems(this GeneratorDriverRunResult result) =>
        string.Concat(result.Diagnostics.Select(d =>
        {
            var at = d.Location.GetLineSpan();
            return $"{at.Path}({at.StartLinePosition.Line + 1},{at.StartLinePosition.Character + 1}-{at.EndLinePosition.Character + 1}): {d.Id}: {d.GetMessage()}\n";
        }));
}

internal sealed class Schema(string path, string text) : AdditionalText
{
    public override string Path { get; } = path;

    public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text, System.Text.Encoding.UTF8);
}
