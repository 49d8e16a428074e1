using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Edge.Generators.Wire;

/// <summary>
/// One declaration a message -> view, writer, size, <c>TryRead</c> and dump text (docs/wire.md). Declarations are read into models that compare by
/// value, so an edit elsewhere, or one that only moves a declaration, regenerates nothing.
/// </summary>
[Generator(LanguageNames.CSharp)]
internal sealed class WireGenerator : IIncrementalGenerator
{
    /// <summary>Names of the tracked steps.</summary>
    public const string Declarations = "WireDeclarations", Messages = "WireMessages", Faults = "WireFaults";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var declarations = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                DeclarationReader.MessageAttribute,
                static (node, _) => node is TypeDeclarationSyntax,
                static (found, cancel) => DeclarationReader.Read(found, cancel))
            .WithTrackingName(Declarations);

        var messages = declarations
            .Where(static declaration => declaration.Message is not null)
            .Select(static (declaration, _) => declaration.Message!)
            .WithTrackingName(Messages);
        context.RegisterSourceOutput(messages, static (output, message) =>
            output.AddSource($"{message.Namespace}.{message.Name}.g.cs", MessageText.Of(message)));

        var faults = declarations
            .SelectMany(static (declaration, _) => declaration.Faults.ToArray())
            .WithTrackingName(Faults);
        context.RegisterSourceOutput(faults, static (output, fault) => output.ReportDiagnostic(fault.ToDiagnostic()));
    }
}
