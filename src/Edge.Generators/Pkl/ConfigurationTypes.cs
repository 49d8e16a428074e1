using Edge.Config.Syntax;

namespace Edge.Generators.Pkl;

/// <summary>Reads the types of the schema's properties.</summary>
internal sealed class ConfigurationTypes(
    IReadOnlyDictionary<string, ClassSyntax> classes,
    IReadOnlyDictionary<string, TypeAliasSyntax> aliases,
    Action<SourceSpan, string> report)
{
    public static bool IsEnumeration(TypeAliasSyntax alias) =>
        alias.Type is UnionType union && union.Alternatives.All(a => a is StringLiteralType);

    public static string? FormatOf(TypeAliasSyntax alias) =>
        alias.Annotations
            .Where(a => a.Type is DeclaredType { Name.Text: "Format" })
            .Select(a => new AnnotationValues(a, static (_, _) => { }).Text("name"))
            .FirstOrDefault();

    /// <summary>Null where the type is reported as unsupported.</summary>
    public TypeModel? Read(TypeSyntax type)
    {
        switch (type)
        {
            case ParenthesizedType parenthesized:
                return Read(parenthesized.Inner);
            case NullableType nullable:
                return Read(nullable.Inner) is { } inner ? inner with { IsNullable = true } : null;
            case ConstrainedType constrained:
                return Read(constrained.Inner) is { } unconstrained ? Constrain(unconstrained, constrained) : null;
            case DeclaredType declared:
                return ReadDeclared(declared);
            case UnionType union:
                return ReadUnion(union);
            default:
                return Unsupported(type);
        }
    }

    private TypeModel? ReadDeclared(DeclaredType type)
    {
        var name = type.Name.Text;
        switch (name)
        {
            case "Boolean": return new TypeModel(TypeKind.Boolean);
            case "Int": return new TypeModel(TypeKind.Int);
            case "String": return new TypeModel(TypeKind.Text);
            case "Duration": return new TypeModel(TypeKind.Duration);
            case "DataSize": return new TypeModel(TypeKind.DataSize);
            case "Listing" when type.Arguments.Length == 1:
                return Read(type.Arguments[0]) is { } element ? new TypeModel(TypeKind.Listing, Element: element) : null;
            case "Mapping" when type.Arguments.Length == 2:
                if (Read(type.Arguments[0]) is not { } key || Read(type.Arguments[1]) is not { } value) return null;
                if (key.Kind != TypeKind.Text)
                {
                    report(type.Arguments[0].Span, "a mapping's keys are strings");
                    return null;
                }
                return new TypeModel(TypeKind.Mapping, Key: key, Element: value);
        }
        if (type.Arguments.Length == 0 && aliases.TryGetValue(name, out var alias))
            return ReadAlias(alias);
        if (type.Arguments.Length == 0 && classes.ContainsKey(name))
            return new TypeModel(TypeKind.Object, name);
        return Unsupported(type);
    }

    private TypeModel? ReadAlias(TypeAliasSyntax alias)
    {
        if (IsEnumeration(alias))
            return new TypeModel(TypeKind.Enumeration, alias.Name.Text);
        if (Read(alias.Type) is not { } type)
            return null;
        if (FormatOf(alias) is not { } format)
            return type;
        if (type.Kind == TypeKind.Text && ConfigurationFormats.IsKnown(format))
            return type with { Name = format };
        report(alias.Span, $"the binder knows no format `{format}` of this type");
        return null;
    }

    private TypeModel? ReadUnion(UnionType union)
    {
        if (union.Alternatives.All(a => a is StringLiteralType))
        {
            report(union.Span, "give the union of strings a name: `typealias Name = \"a\"|\"b\"`");
            return null;
        }
        if (union.Alternatives.Length != 2
            || Read(union.Alternatives[0]) is not { } first || Read(union.Alternatives[1]) is not { } second)
            return Unsupported(union);
        if (first.Kind == TypeKind.Listing && first.Element == second)
            return first with { AcceptsSingle = true };
        if (first.Kind == TypeKind.Object && FindShorthand(first.Name!, second) is { } shorthand)
            return first with { Shorthand = shorthand with { ObjectIsDefault = union.DefaultIndex == 0 } };
        return Unsupported(union);
    }

    private ShorthandModel? FindShorthand(string name, TypeModel plain)
    {
        foreach (var candidate in classes.Values)
        {
            if (candidate.Name.Text != name && (candidate.Superclass as DeclaredType)?.Name.Text != name)
                continue;
            var annotation = candidate.Annotations.FirstOrDefault(a => a.Type is DeclaredType { Name.Text: "Shorthand" });
            if (annotation is null)
                continue;
            var property = new AnnotationValues(annotation, static (_, _) => { }).Text("property");
            var target = candidate.Members.OfType<PropertySyntax>().FirstOrDefault(p => p.Name.Text == property)?.Type;
            if (target is not null && Read(target) is { } type && type with { IsNullable = false } == plain)
                return new ShorthandModel(candidate.Name.Text, property, plain, false);
        }
        return null;
    }

    // Only the bounds of numbers are of use to the reference and to JSON Schema; all constraints are checked by the evaluator.
    private static TypeModel Constrain(TypeModel type, ConstrainedType constrained)
    {
        foreach (var constraint in constrained.Constraints)
        {
            if (type.Kind == TypeKind.Int
                && constraint is UnqualifiedAccess { Name.Text: "isBetween", IsCall: true, Arguments.Length: 2 } between
                && between.Arguments[0] is IntLiteral minimum && between.Arguments[1] is IntLiteral maximum)
                type = type with { Minimum = minimum.Value, Maximum = maximum.Value };
        }
        return type;
    }

    private TypeModel? Unsupported(TypeSyntax type)
    {
        report(type.Span,
            "this type cannot be compiled: use Boolean, Int, String, Duration, DataSize, Listing, Mapping, a class, a named union "
            + "of strings, `*Class|Plain` with `@Shorthand`, or `*Listing<T>|T`");
        return null;
    }
}
