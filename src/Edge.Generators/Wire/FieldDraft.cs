using Microsoft.CodeAnalysis;

namespace Edge.Generators.Wire;

/// <summary>A field property with its wire attributes found, before it has a place.</summary>
internal sealed class FieldDraft
{
    private const string Prefix = "Edge.Foundation.Wire.";

    public FieldDraft(IPropertySymbol property)
    {
        Property = property;
        foreach (var attribute in property.GetAttributes())
        {
            switch (attribute.AttributeClass?.ToDisplayString())
            {
                case Prefix + "BitsAttribute": Bits = attribute; break;
                case Prefix + "BytesAttribute": Bytes = attribute; break;
                case Prefix + "ConstAttribute": Const = attribute; break;
                case Prefix + "MagicAttribute": Magic = attribute; break;
                case Prefix + "TailAttribute": Tail = attribute; break;
                case Prefix + "ReservedAttribute": Reserved = true; break;
                case Prefix + "OptionalAttribute": Optional = true; break;
                case Prefix + "SecretAttribute": Secret = true; break;
                case Prefix + "AddressAttribute": Address = true; break;
                default: break;
            }
        }
    }

    public IPropertySymbol Property { get; }
    public AttributeData? Bits { get; }
    public AttributeData? Bytes { get; }
    public AttributeData? Const { get; }
    public AttributeData? Magic { get; }
    public AttributeData? Tail { get; }
    public bool Reserved { get; }
    public bool Optional { get; }
    public bool Secret { get; }
    public bool Address { get; }

    public string Name => Property.Name;
    public ITypeSymbol Type => Property.Type;
    public Location Location => Property.Locations.FirstOrDefault() ?? Location.None;

    public string TypeName => Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    public bool IsSpan =>
        Type is INamedTypeSymbol { Name: "ReadOnlySpan", TypeArguments: [{ SpecialType: SpecialType.System_Byte }] } span
        && span.ContainingNamespace.ToDisplayString() == "System";

    public bool IsEnum => Type.TypeKind == TypeKind.Enum;

    public bool IsBool => Type.SpecialType == SpecialType.System_Boolean;

    /// <summary>Bytes of the integer, enum or bool that the property's type is, or 0.</summary>
    public int IntegerWidth => WidthOf(Type is INamedTypeSymbol { EnumUnderlyingType: { } underlying } ? underlying : Type);

    public static int FirstInt(AttributeData? attribute) =>
        attribute is { ConstructorArguments: [{ Value: int value }, ..] } ? value : 0;

    public static T Named<T>(AttributeData attribute, string name, T otherwise) =>
        attribute.NamedArguments.FirstOrDefault(a => a.Key == name).Value.Value is T value ? value : otherwise;

    /// <summary>
    /// A wire attribute with an argument that the generator cannot see: above all a constant that it writes itself, which exists only afterwards
    /// and would silently count as absent.
    /// </summary>
    public AttributeData? Unseen => new[] { Bits, Bytes, Const, Magic, Tail }.FirstOrDefault(a => a is not null && HasUnseenArgument(a));

    public Location At(AttributeData? attribute) =>
        attribute?.ApplicationSyntaxReference is { } reference
            ? Location.Create(reference.SyntaxTree, reference.Span)
            : Location;

    private static bool HasUnseenArgument(AttributeData attribute) =>
        attribute.ConstructorArguments.Concat(attribute.NamedArguments.Select(a => a.Value))
            .Any(a => a.Kind == TypedConstantKind.Error || (a.Kind == TypedConstantKind.Array && a.Values.Any(v => v.Kind == TypedConstantKind.Error)))
        || attribute.AttributeConstructor is null;

    private static int WidthOf(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Byte or SpecialType.System_Boolean => 1,
        SpecialType.System_UInt16 => 2,
        SpecialType.System_UInt32 => 4,
        SpecialType.System_UInt64 => 8,
        _ => type is { Name: "UInt128", ContainingNamespace.Name: "System" } ? 16 : 0,
    };
}
