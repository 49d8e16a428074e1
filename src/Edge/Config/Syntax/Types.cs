using System.Collections.Immutable;

namespace Edge.Config.Syntax;

// The grammar's type family on one page.

internal abstract partial class TypeSyntax(SourceSpan span) : SyntaxNode(span);

/// <summary><c>unknown</c></summary>
internal sealed partial class UnknownType(SourceSpan span) : TypeSyntax(span);

/// <summary><c>nothing</c></summary>
internal sealed partial class NothingType(SourceSpan span) : TypeSyntax(span);

/// <summary><c>module</c> in type position: the enclosing module's class.</summary>
internal sealed partial class ModuleType(SourceSpan span) : TypeSyntax(span);

/// <summary><c>Name</c> or <c>import.Name</c>, with type arguments (empty when none are written).</summary>
internal sealed partial class DeclaredType(SourceSpan span, QualifiedIdentifier name, ImmutableArray<TypeSyntax> arguments) : TypeSyntax(span)
{
    public QualifiedIdentifier Name { get; } = name;

    public ImmutableArray<TypeSyntax> Arguments { get; } = arguments;
}

/// <summary><c>"literal"</c></summary>
internal sealed partial class StringLiteralType(SourceSpan span, string value) : TypeSyntax(span)
{
    public string Value { get; } = value;
}

/// <summary><c>T?</c></summary>
internal sealed partial class NullableType(SourceSpan span, TypeSyntax inner) : TypeSyntax(span)
{
    public TypeSyntax Inner { get; } = inner;
}

/// <summary><c>A|*B|C</c>, flattened; <see cref="DefaultIndex"/> is -1 where no alternative is starred.</summary>
internal sealed partial class UnionType(SourceSpan span, ImmutableArray<TypeSyntax> alternatives, int defaultIndex) : TypeSyntax(span)
{
    public ImmutableArray<TypeSyntax> Alternatives { get; } = alternatives;

    public int DefaultIndex { get; } = defaultIndex;
}

/// <summary><c>T(constraint, ...)</c></summary>
internal sealed partial class ConstrainedType(SourceSpan span, TypeSyntax inner, ImmutableArray<Expression> constraints) : TypeSyntax(span)
{
    public TypeSyntax Inner { get; } = inner;

    public ImmutableArray<Expression> Constraints { get; } = constraints;
}

/// <summary><c>(A, B) -> R</c></summary>
internal sealed partial class FunctionType(SourceSpan span, ImmutableArray<TypeSyntax> parameters, TypeSyntax result) : TypeSyntax(span)
{
    public ImmutableArray<TypeSyntax> Parameters { get; } = parameters;

    public TypeSyntax Result { get; } = result;
}

/// <summary><c>(T)</c></summary>
internal sealed partial class ParenthesizedType(SourceSpan span, TypeSyntax inner) : TypeSyntax(span)
{
    public TypeSyntax Inner { get; } = inner;
}
