using System.Collections.Immutable;

namespace Edge.Config.Syntax;

// The grammar's object family on one page. A member's value is either an expression or a chain of bodies that amend the
// inherited value (`foo { ... } { ... }`): exactly one of Value and Bodies is set.

/// <summary><c>{ a, b -> member ... }</c></summary>
internal sealed partial class ObjectBody(SourceSpan span, ImmutableArray<Parameter> parameters, ImmutableArray<ObjectMember> members) : SyntaxNode(span)
{
    /// <summary>Empty where none are written.</summary>
    public ImmutableArray<Parameter> Parameters { get; } = parameters;

    public ImmutableArray<ObjectMember> Members { get; } = members;
}

internal abstract partial class ObjectMember(SourceSpan span) : SyntaxNode(span);

/// <summary><c>expr</c></summary>
internal sealed partial class ObjectElement(SourceSpan span, Expression value) : ObjectMember(span)
{
    public Expression Value { get; } = value;
}

/// <summary><c>[local] name[: T] = value</c> or <c>name { ... }</c></summary>
internal sealed partial class ObjectProperty(
    SourceSpan span, Modifiers modifiers, Identifier name, TypeSyntax? type, Expression? value, ImmutableArray<ObjectBody> bodies) : ObjectMember(span)
{
    public Modifiers Modifiers { get; } = modifiers;

    public Identifier Name { get; } = name;

    public TypeSyntax? Type { get; } = type;

    public Expression? Value { get; } = value;

    public ImmutableArray<ObjectBody> Bodies { get; } = bodies;
}

/// <summary><c>local function name(params): T = body</c></summary>
internal sealed partial class ObjectMethod(
    SourceSpan span,
    SourceSpan header,
    Modifiers modifiers,
    Identifier name,
    ImmutableArray<TypeParameter> typeParameters,
    ImmutableArray<Parameter> parameters,
    TypeSyntax? resultType,
    Expression body) : ObjectMember(span)
{
    /// <summary>From the modifiers to the result type.</summary>
    public SourceSpan Header { get; } = header;

    public Modifiers Modifiers { get; } = modifiers;

    public Identifier Name { get; } = name;

    public ImmutableArray<TypeParameter> TypeParameters { get; } = typeParameters;

    public ImmutableArray<Parameter> Parameters { get; } = parameters;

    public TypeSyntax? ResultType { get; } = resultType;

    public Expression Body { get; } = body;
}

/// <summary><c>[key] = value</c> or <c>[key] { ... }</c></summary>
internal sealed partial class ObjectEntry(SourceSpan span, Expression key, Expression? value, ImmutableArray<ObjectBody> bodies) : ObjectMember(span)
{
    public Expression Key { get; } = key;

    public Expression? Value { get; } = value;

    public ImmutableArray<ObjectBody> Bodies { get; } = bodies;
}

/// <summary><c>[[predicate]] = value</c> or <c>[[predicate]] { ... }</c></summary>
internal sealed partial class MemberPredicate(SourceSpan span, Expression predicate, Expression? value, ImmutableArray<ObjectBody> bodies) : ObjectMember(span)
{
    public Expression Predicate { get; } = predicate;

    public Expression? Value { get; } = value;

    public ImmutableArray<ObjectBody> Bodies { get; } = bodies;
}

/// <summary><c>...expr</c> or <c>...?expr</c></summary>
internal sealed partial class ObjectSpread(SourceSpan span, Expression value, bool isNullSafe) : ObjectMember(span)
{
    public Expression Value { get; } = value;

    public bool IsNullSafe { get; } = isNullSafe;
}

/// <summary><c>when (condition) { ... } else { ... }</c></summary>
internal sealed partial class WhenGenerator(SourceSpan span, Expression condition, ObjectBody then, ObjectBody? @else) : ObjectMember(span)
{
    public Expression Condition { get; } = condition;

    public ObjectBody Then { get; } = then;

    public ObjectBody? Else { get; } = @else;
}

/// <summary><c>for (key, value in source) { ... }</c>; with one parameter, <see cref="Key"/> is null.</summary>
internal sealed partial class ForGenerator(
    SourceSpan span, SourceSpan header, Parameter? key, Parameter value, Expression source, ObjectBody body) : ObjectMember(span)
{
    /// <summary>From <c>for</c> to the closing parenthesis.</summary>
    public SourceSpan Header { get; } = header;

    public Parameter? Key { get; } = key;

    public Parameter Value { get; } = value;

    public Expression Source { get; } = source;

    public ObjectBody Body { get; } = body;
}
