using System.Collections.Immutable;

namespace Edge.Config.Syntax;

/// <summary>
/// A node of the immutable syntax tree. It knows its span and its children, never its parent or its file: the same tree serves
/// every evaluation. The executable adds behaviour to these types in <c>Edge.Config.Evaluation</c> (partial classes); the
/// build-time generator compiles them without.
/// </summary>
internal abstract partial class SyntaxNode(SourceSpan span)
{
    public SourceSpan Span { get; } = span;
}

/// <summary>A name as written; backticks are gone from <see cref="Text"/> but counted in the span.</summary>
internal sealed partial class Identifier(SourceSpan span, string text) : SyntaxNode(span)
{
    /// <summary>Interned: names are compared by reference in the evaluator.</summary>
    public string Text { get; } = text;

    public override string ToString() => Text;
}

/// <summary><c>a.b.C</c>: a module's name or a type's.</summary>
internal sealed partial class QualifiedIdentifier(SourceSpan span, ImmutableArray<Identifier> parts) : SyntaxNode(span)
{
    public ImmutableArray<Identifier> Parts { get; } = parts;

    // Nearly every type's name is one identifier: joining is for the rest, and for those who ask.
    public string Text => Parts.Length == 1 ? Parts[0].Text : string.Join(".", Parts.Select(p => p.Text));

    public override string ToString() => Text;
}

/// <summary>A constant string: an import's URI, or a string literal type.</summary>
internal sealed partial class StringConstant(SourceSpan span, string value) : SyntaxNode(span)
{
    public string Value { get; } = value;
}

/// <summary>
/// A doc comment: the span of its <c>///</c> lines. Evaluation hardly ever reads one, so the text stays in the source until
/// <see cref="DocComments.TextIn"/> is asked for it.
/// </summary>
internal sealed partial class DocComment(SourceSpan span) : SyntaxNode(span);

/// <summary><c>@Name { ... }</c></summary>
internal sealed partial class Annotation(SourceSpan span, TypeSyntax type, ObjectBody? body) : SyntaxNode(span)
{
    public TypeSyntax Type { get; } = type;

    public ObjectBody? Body { get; } = body;
}

[Flags]
internal enum Modifiers : byte
{
    None = 0,
    Abstract = 1,
    Open = 2,
    External = 4,
    Local = 8,
    Hidden = 16,
    Fixed = 32,
    Const = 64,
}

/// <summary>A function's, method's, <c>let</c>'s, <c>for</c>'s or object body's parameter; <see cref="Name"/> is null for <c>_</c>.</summary>
internal sealed partial class Parameter(SourceSpan span, Identifier? name, TypeSyntax? type) : SyntaxNode(span)
{
    public Identifier? Name { get; } = name;

    public TypeSyntax? Type { get; } = type;
}

internal enum Variance : byte
{
    Invariant,
    In,
    Out,
}

internal sealed partial class TypeParameter(SourceSpan span, Variance variance, Identifier name) : SyntaxNode(span)
{
    public Variance Variance { get; } = variance;

    public Identifier Name { get; } = name;
}
