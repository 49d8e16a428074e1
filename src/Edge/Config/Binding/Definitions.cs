using Edge.Config.Evaluation;
using Edge.Config.Syntax;

namespace Edge.Config.Binding;

/// <summary>Where in a user's file an object defines its members.</summary>
internal static class Definitions
{
    /// <summary>The nearest definition along the prototype chain, if a user's file has it; null for the schema's own.</summary>
    /// <param name="object">The object that was asked.</param>
    /// <param name="key">A property's interned name, or the value of an entry's key or an element's index.</param>
    public static Location? Find(ObjectValue @object, object key)
    {
        for (var owner = @object; owner is not null; owner = owner.Parent)
        {
            var at = owner.Members.Find(key);
            if (at < 0) continue;
            return SourceOf(owner) is { } source && SyntaxOf(owner.Members[at]) is { } syntax ? new Location(source, SpanOf(syntax)) : null;
        }
        return null;
    }

    /// <summary>Where an entry's key stands.</summary>
    public static Location KeyOf(Place entry, ObjectValue mapping)
    {
        var key = new StringValue(entry.Key);
        for (var owner = mapping; owner is not null; owner = owner.Parent)
        {
            var at = owner.Members.Find(key);
            if (at >= 0 && SourceOf(owner) is { } source && SyntaxOf(owner.Members[at]) is ObjectEntry syntax)
                return new Location(source, syntax.Key.Span);
        }
        return entry.Where;
    }

    /// <summary>Whether a text is a user's: neither the schema nor the library.</summary>
    public static bool IsUsers(SourceText source) => source.Uri.StartsWith("file:", StringComparison.Ordinal);

    private static SourceText? SourceOf(ObjectValue owner) =>
        owner.Enclosing?.Module.Source is { } source && IsUsers(source) ? source : null;

    // Null for what a spread or the library made.
    private static SyntaxNode? SyntaxOf(Member member) => member switch
    {
        SyntaxMember written => written.Definition,
        GeneratedMember generated => generated.Syntax.Definition,
        _ => null,
    };

    // What a caret under the value covers: an expression, or, for `name { ... }`, the name.
    private static SourceSpan SpanOf(SyntaxNode node) => node switch
    {
        ObjectProperty { Value: { } value } => SpanOf(value),
        ObjectProperty property => property.Name.Span,
        PropertySyntax { Value: { } value } => SpanOf(value),
        PropertySyntax property => property.Name.Span,
        ObjectElement element => SpanOf(element.Value),
        ObjectEntry { Value: { } value } => SpanOf(value),
        ObjectEntry entry => entry.Key.Span,
        NewExpression { Type: { } type } made => SourceSpan.Cover(made.NewKeyword, type.Span),
        NewExpression made => made.NewKeyword,
        _ => node.Span,
    };
}
