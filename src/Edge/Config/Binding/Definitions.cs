using Edge.Config.Evaluation;
using Edge.Config.Syntax;

namespace Edge.Config.Binding;

/// <summary>Where in a user's file an object defines its members.</summary>
internal static class Definitions
{
    /// <summary>The nearest definition along the prototype chain, if a user's file has it; null for the schema's own.</summary>
    public static Location? Find(ObjectValue @object, object key)
    {
        for (var owner = @object; owner is not null; owner = owner.Parent)
        {
            var at = owner.Members.Find(key);
            if (at < 0) continue;
            return LocationOf(owner.Members[at]) is { } found && IsUsers(found.Source) ? found : null;
        }
        return null;
    }

    /// <summary>Where an entry's key stands.</summary>
    public static Location KeyOf(Place entry, ObjectValue mapping)
    {
        for (var owner = mapping; owner is not null; owner = owner.Parent)
        {
            for (var at = 0; at < owner.Members.Count; at++)
            {
                if (owner.Members.Key(at) is StringValue key && key.Value == entry.Key
                    && owner.Members[at] is SyntaxMember { Syntax: ObjectEntry syntax } member && IsUsers(member.Source))
                    return new Location(member.Source, syntax.Key.Span);
            }
        }
        return entry.Where;
    }

    /// <summary>Whether a text is a user's: neither the schema nor the library.</summary>
    public static bool IsUsers(SourceText source) => source.Uri.StartsWith("file:", StringComparison.Ordinal);

    private static Location? LocationOf(Member member) =>
        member is SyntaxMember syntax ? new Location(syntax.Source, SpanOf(syntax.Syntax)) : null;

    // What a caret under the value covers: an expression, or, for `name { ... }`, the name.
    private static SourceSpan SpanOf(Node node) => node switch
    {
        ObjectProperty { Value: { } value } => ShownSpan(value),
        ObjectProperty property => property.Name.Span,
        PropertySyntax { Value: { } value } => ShownSpan(value),
        PropertySyntax property => property.Name.Span,
        ObjectElement element => ShownSpan(element.Value),
        ObjectEntry { Value: { } value } => ShownSpan(value),
        ObjectEntry entry => entry.Key.Span,
        _ => node.Span,
    };

    private static SourceSpan ShownSpan(Expression value) => value switch
    {
        NewExpression { Type: { } type } made => SourceSpan.Cover(made.NewKeyword, type.Span),
        NewExpression made => made.NewKeyword,
        _ => value.Span,
    };
}
