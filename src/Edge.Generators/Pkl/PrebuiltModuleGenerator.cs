using System.Collections.Immutable;
using System.Text;
using Edge.Config.Syntax;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using PklText = Edge.Config.Syntax.SourceText;
using SourceText = Microsoft.CodeAnalysis.Text.SourceText;

namespace Edge.Generators.Pkl;

/// <summary>
/// Parses the Pkl modules that come with Edge, so that no start has to: each additional file with the metadata <c>PklModule</c>, the
/// URI that imports it, becomes static data (its text and its syntax tree) in <c>Edge.Config.Library.PrebuiltModules</c>.
/// </summary>
[Generator]
public sealed class PrebuiltModuleGenerator : IIncrementalGenerator
{
    /// <summary>The metadata that marks a module and holds its URI.</summary>
    internal const string Metadata = "build_metadata.AdditionalFiles.PklModule";

    /// <summary>The names of the pipeline's steps that tests watch.</summary>
    internal const string TextStep = "PrebuiltModuleText", CodeStep = "PrebuiltModuleCode";

    private static readonly DiagnosticDescriptor SyntaxError = new(
        "EDGEP001", "A module that comes with Edge is not Pkl", "{0}", "Edge.Pkl", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var modules = context.AdditionalTextsProvider
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, cancellation) =>
                pair.Right.GetOptions(pair.Left).TryGetValue(Metadata, out var uri) && uri.Length > 0
                    ? new ModuleText(uri, pair.Left.Path, pair.Left.GetText(cancellation)?.ToString() ?? "")
                    : null)
            .Where(static module => module is not null)
            .Select(static (module, _) => module!)
            .WithTrackingName(TextStep);
        var compiled = modules.Select(static (module, _) => Compile(module)).WithTrackingName(CodeStep);
        context.RegisterSourceOutput(compiled, static (output, module) => Emit(output, module));
        // The table does not change with the modules' text.
        var uris = compiled.Where(static module => module.Problem is null).Select(static (module, _) => module.Uri).Collect();
        context.RegisterSourceOutput(uris, static (output, all) => EmitTable(output, all));
    }

    /// <summary>A module's place in the generated code: its URI as a name.</summary>
    internal static string NameOf(string uri)
    {
        var name = new StringBuilder("Module_");
        foreach (var c in uri)
            name.Append(c < 0x80 && char.IsLetterOrDigit(c) ? c : '_');
        return name.ToString();
    }

    private static CompiledModule Compile(ModuleText module)
    {
        var text = Encoding.UTF8.GetBytes(module.Text);
        var source = new PklText(module.Uri, module.Path, text);
        try
        {
            var syntax = SyntaxWriter.Write(Parser.Parse(source));
            return new CompiledModule(module.Uri, module.Path, PrebuiltModuleText.Emit(NameOf(module.Uri), module.Uri, text, syntax), null);
        }
        catch (SyntaxException error)
        {
            var span = new LinePositionSpan(Position(source, error.Span.Start), Position(source, error.Span.End));
            return new CompiledModule(module.Uri, module.Path, "", new SyntaxProblem(error.Message.Replace("\n\n", " "), span));
        }
    }

    private static LinePosition Position(PklText source, int offset) => new(source.LineOf(offset), source.ColumnOf(offset));

    private static void Emit(SourceProductionContext output, CompiledModule module)
    {
        if (module.Problem is { } problem)
            output.ReportDiagnostic(Diagnostic.Create(SyntaxError, Location.Create(module.Path, default, problem.Span), problem.Message));
        else
            output.AddSource($"PrebuiltModules.{NameOf(module.Uri)}.g.cs", SourceText.From(module.Code, Encoding.UTF8));
    }

    private static void EmitTable(SourceProductionContext output, ImmutableArray<string> uris)
    {
        if (!uris.IsEmpty)
            output.AddSource("PrebuiltModules.g.cs", SourceText.From(PrebuiltModuleText.EmitTable(uris), Encoding.UTF8));
    }

    private sealed record ModuleText(string Uri, string Path, string Text);

    private sealed record CompiledModule(string Uri, string Path, string Code, SyntaxProblem? Problem);

    private sealed record SyntaxProblem(string Message, LinePositionSpan Span);
}
