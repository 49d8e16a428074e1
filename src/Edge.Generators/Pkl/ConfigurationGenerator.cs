using System.Text;
using Edge.Config.Syntax;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using SourceText = Microsoft.CodeAnalysis.Text.SourceText;
using PklText = Edge.Config.Syntax.SourceText;

namespace Edge.Generators.Pkl;

/// <summary>
/// Compiles the configuration schema, the additional file <c>EdgeServer.pkl</c>, into records and the binder. Its reference
/// documentation and JSON Schema come from the same model (<see cref="ConfigurationReference"/>,
/// <see cref="ConfigurationJsonSchema"/>), written by <c>scripts/docs</c>.
/// </summary>
[Generator]
public sealed class ConfigurationGenerator : IIncrementalGenerator
{
    /// <summary>The name of the pipeline's step that tests watch.</summary>
    internal const string SchemaStep = "ConfigurationSchema";

    private const string SchemaFile = "EdgeServer.pkl";

    private static readonly DiagnosticDescriptor Problem = new(
        "EDGEC001", "The configuration schema cannot be compiled", "{0}", "Edge.Configuration", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var schemas = context.AdditionalTextsProvider
            .Where(static file => string.Equals(Path.GetFileName(file.Path), SchemaFile, StringComparison.Ordinal))
            .Select(static (file, cancellation) => Read(file.Path, file.GetText(cancellation)?.ToString() ?? ""))
            .WithTrackingName(SchemaStep);
        context.RegisterSourceOutput(schemas, static (output, schema) => Emit(output, schema));
    }

    /// <summary>The model of a schema's text, or its problems.</summary>
    internal static ConfigurationSchema Read(string path, string text)
    {
        var source = new PklText("file:///" + Path.GetFileName(path), path, Encoding.UTF8.GetBytes(text));
        try
        {
            return ConfigurationSchemaReader.Read(source, Parser.Parse(source));
        }
        catch (SyntaxException e)
        {
            return new ConfigurationSchema(path, null, new[] { ConfigurationSchemaReader.ProblemAt(source, e.Span, e.Message) }.ToEquatableArray());
        }
    }

    private static void Emit(SourceProductionContext output, ConfigurationSchema schema)
    {
        foreach (var problem in schema.Problems)
        {
            var span = new LinePositionSpan(
                new LinePosition(problem.StartLine, problem.StartColumn), new LinePosition(problem.EndLine, problem.EndColumn));
            output.ReportDiagnostic(Diagnostic.Create(Problem, Location.Create(schema.Path, default, span), problem.Message));
        }
        if (schema.Model is null) return;
        output.AddSource("Configuration.Records.g.cs", SourceText.From(ConfigurationRecords.Emit(schema.Model), Encoding.UTF8));
        output.AddSource("Configuration.Binder.g.cs", SourceText.From(ConfigurationBinding.Emit(schema.Model), Encoding.UTF8));
    }
}
