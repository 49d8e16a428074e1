using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Edge.Generators.Wire;

/// <summary>Reads a declared message from its symbol: the struct's own rules here, its fields' places in <see cref="Layout"/>.</summary>
internal static class DeclarationReader
{
    public const string MessageAttribute = "Edge.Foundation.Wire.WireMessageAttribute";

    private static readonly HashSet<string> GeneratedNames = ["Size", "MinSize", "Bytes", "TryRead", "Write", "WriteHeader", "Writer", "Dump"];

    public static Declaration Read(GeneratorAttributeSyntaxContext context, CancellationToken cancel)
    {
        var faults = new List<Fault>();
        var type = (INamedTypeSymbol)context.TargetSymbol;
        CheckShape(type, (TypeDeclarationSyntax)context.TargetNode, faults);
        if (faults.Count > 0)
            return new Declaration(null, new EquatableArray<Fault>([.. faults]));

        var attribute = context.Attributes[0];
        var layout = ReadLayout(type, attribute, [], faults);
        cancel.ThrowIfCancellationRequested();

        var declared = FieldDraft.FirstInt(attribute);
        if (faults.Count == 0 && declared != layout.Size)
        {
            var place = attribute.ApplicationSyntaxReference!;
            faults.Add(Fault.At(Location.Create(place.SyntaxTree, place.Span), WireRules.WrongSize, type.Name, $"{declared}", $"{layout.Size}"));
        }
        if (faults.Count > 0)
            return new Declaration(null, new EquatableArray<Fault>([.. faults]));

        var message = new MessageModel(
            type.ContainingNamespace.ToDisplayString(),
            type.Name,
            layout.Size,
            layout.MinSize,
            IsBigEndian(attribute),
            FieldDraft.Named(attribute, "Exact", false),
            new EquatableArray<FieldModel>([.. layout.Fields]));
        return new Declaration(message, EquatableArray<Fault>.Empty);
    }

    /// <summary>A message inside another, or null with the reason: it must have a fixed size and may not contain itself.</summary>
    public static (NestedModel? Model, int Size, string? Why) ReadNested(INamedTypeSymbol type, AttributeData attribute, IReadOnlyList<ISymbol> outer)
    {
        if (outer.Contains(type, SymbolEqualityComparer.Default))
            return (null, 0, "it contains itself");

        var faults = new List<Fault>();
        var layout = ReadLayout(type, attribute, outer, faults);
        if (faults.Count > 0)
            return (null, 0, "its own declaration is wrong");
        if (layout.MinSize != layout.Size || layout.Fields.Any(f => f.Kind == FieldKind.Tail))
            return (null, 0, "only a message of fixed size can be nested");

        var constants = layout.Fields.Any(f => f.Constant is not null || f.Magic is not null || f.Nested is { HasConstants: true });
        var name = type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        return (new NestedModel(name, constants, WriteText.Parameters(layout.Fields, lengths: true)), layout.Size, null);
    }

    private static Layout ReadLayout(INamedTypeSymbol type, AttributeData attribute, IReadOnlyList<ISymbol> outer, List<Fault> faults)
    {
        var layout = new Layout(IsBigEndian(attribute), [.. outer, type], faults);
        var properties = type.GetMembers().OfType<IPropertySymbol>().Where(p => p.IsPartialDefinition).ToArray();
        foreach (var property in properties)
        {
            var draft = new FieldDraft(property);
            if (property.IsStatic || property.IsIndexer || property.GetMethod is null || property.SetMethod is not null || property.RefKind != RefKind.None)
                faults.Add(Fault.At(draft.Location, WireRules.NotGetOnly, property.Name));
            else if (IsTaken(property.Name, properties))
                faults.Add(Fault.At(draft.Location, WireRules.TakenName, property.Name));
            else
                layout.Add(draft);
        }
        layout.Finish();
        return layout;
    }

    private static void CheckShape(INamedTypeSymbol type, TypeDeclarationSyntax syntax, List<Fault> faults)
    {
        var place = syntax.Identifier.GetLocation();
        if (!syntax.Modifiers.Any(SyntaxKind.PartialKeyword))
            faults.Add(Fault.At(place, WireRules.NotPartial, type.Name));
        if (!type.IsRefLikeType || !type.IsReadOnly)
            faults.Add(Fault.At(place, WireRules.NotRefStruct, type.Name));
        if (type.ContainingType is not null || type.IsGenericType || type.ContainingNamespace.IsGlobalNamespace)
            faults.Add(Fault.At(place, WireRules.NotTopLevel, type.Name));
    }

    private static bool IsTaken(string name, IPropertySymbol[] fields) =>
        GeneratedNames.Contains(name) || fields.Any(f => name == f.Name + "Offset" || name == f.Name + "End" || name == "Has" + f.Name);

    private static bool IsBigEndian(AttributeData attribute) => FieldDraft.Named(attribute, "Order", 0) == 0;
}
