using System.Collections.Immutable;

namespace Edge.Config.Syntax;

// The grammar's expression family on one page. Argument lists are ImmutableArrays; `default` (IsDefault) means that none was
// written: a property access, not a call.

internal abstract partial class Expression(SourceSpan span) : SyntaxNode(span);

internal sealed partial class ThisExpression(SourceSpan span) : Expression(span);

internal sealed partial class OuterExpression(SourceSpan span) : Expression(span);

internal sealed partial class ModuleExpression(SourceSpan span) : Expression(span);

internal sealed partial class NullLiteral(SourceSpan span) : Expression(span);

internal sealed partial class BooleanLiteral(SourceSpan span, bool value) : Expression(span)
{
    public bool Value { get; } = value;
}

/// <summary>Decimal, <c>0x</c>, <c>0b</c> or <c>0o</c>, underscores removed. A literal minus is a <see cref="UnaryMinusExpression"/>, but for <c>long.MinValue</c>.</summary>
internal sealed partial class IntLiteral(SourceSpan span, long value) : Expression(span)
{
    public long Value { get; } = value;
}

internal sealed partial class FloatLiteral(SourceSpan span, double value) : Expression(span)
{
    public double Value { get; } = value;
}

/// <summary>
/// A single-line, custom-delimited or multi-line string: escapes are decoded and a multi-line string's indentation is removed.
/// Without interpolation there is at most one part.
/// </summary>
internal sealed partial class StringLiteral(SourceSpan span, ImmutableArray<StringPart> parts) : Expression(span)
{
    public ImmutableArray<StringPart> Parts { get; } = parts;

    public bool IsConstant => Parts.Length == 0 || (Parts.Length == 1 && Parts[0].Interpolation is null);

    /// <summary>The text of a constant string.</summary>
    public string ConstantText => Parts.Length == 0 ? "" : Parts[0].Text!;
}

/// <summary>Either text or an interpolated expression; exactly one of the two is set.</summary>
internal sealed partial class StringPart(SourceSpan span, string? text, Expression? interpolation) : SyntaxNode(span)
{
    public string? Text { get; } = text;

    public Expression? Interpolation { get; } = interpolation;
}

internal sealed partial class ThrowExpression(SourceSpan span, Expression message) : Expression(span)
{
    public Expression Message { get; } = message;
}

internal sealed partial class TraceExpression(SourceSpan span, Expression value) : Expression(span)
{
    public Expression Value { get; } = value;
}

/// <summary><c>import("uri")</c> or <c>import*("glob")</c></summary>
internal sealed partial class ImportExpression(SourceSpan span, StringConstant uri, bool isGlob) : Expression(span)
{
    public StringConstant Uri { get; } = uri;

    public bool IsGlob { get; } = isGlob;
}

internal enum ReadKind : byte
{
    Read,
    ReadOrNull,
    ReadGlob,
}

internal sealed partial class ReadExpression(SourceSpan span, Expression uri, ReadKind kind) : Expression(span)
{
    public Expression Uri { get; } = uri;

    public ReadKind Kind { get; } = kind;
}

/// <summary><c>name</c> or <c>name(args)</c></summary>
internal sealed partial class UnqualifiedAccess(SourceSpan span, Identifier name, ImmutableArray<Expression> arguments) : Expression(span)
{
    public Identifier Name { get; } = name;

    public ImmutableArray<Expression> Arguments { get; } = arguments;

    public bool IsCall => !Arguments.IsDefault;
}

/// <summary><c>receiver.name</c>, <c>receiver?.name</c>, with or without arguments.</summary>
internal sealed partial class QualifiedAccess(
    SourceSpan span, Expression receiver, bool isNullSafe, Identifier name, ImmutableArray<Expression> arguments) : Expression(span)
{
    public Expression Receiver { get; } = receiver;

    public bool IsNullSafe { get; } = isNullSafe;

    public Identifier Name { get; } = name;

    public ImmutableArray<Expression> Arguments { get; } = arguments;

    public bool IsCall => !Arguments.IsDefault;
}

/// <summary><c>super.name</c>, with or without arguments.</summary>
internal sealed partial class SuperAccess(SourceSpan span, Identifier name, ImmutableArray<Expression> arguments) : Expression(span)
{
    public Identifier Name { get; } = name;

    public ImmutableArray<Expression> Arguments { get; } = arguments;

    public bool IsCall => !Arguments.IsDefault;
}

/// <summary><c>super[key]</c></summary>
internal sealed partial class SuperSubscript(SourceSpan span, Expression key) : Expression(span)
{
    public Expression Key { get; } = key;
}

/// <summary><c>receiver[key]</c></summary>
internal sealed partial class Subscript(SourceSpan span, Expression receiver, Expression key) : Expression(span)
{
    public Expression Receiver { get; } = receiver;

    public Expression Key { get; } = key;
}

internal sealed partial class IfExpression(SourceSpan span, Expression condition, Expression then, Expression @else) : Expression(span)
{
    public Expression Condition { get; } = condition;

    public Expression Then { get; } = then;

    public Expression Else { get; } = @else;
}

internal sealed partial class LetExpression(SourceSpan span, Parameter parameter, Expression binding, Expression body) : Expression(span)
{
    public Parameter Parameter { get; } = parameter;

    public Expression Binding { get; } = binding;

    public Expression Body { get; } = body;
}

internal sealed partial class FunctionLiteral(SourceSpan span, ImmutableArray<Parameter> parameters, Expression body) : Expression(span)
{
    public ImmutableArray<Parameter> Parameters { get; } = parameters;

    public Expression Body { get; } = body;
}

internal sealed partial class ParenthesizedExpression(SourceSpan span, Expression inner) : Expression(span)
{
    public Expression Inner { get; } = inner;
}

/// <summary><c>new T { ... }</c>; <see cref="Type"/> is null where it is inferred. <see cref="NewKeyword"/> is the span that errors point at.</summary>
internal sealed partial class NewExpression(SourceSpan span, SourceSpan newKeyword, TypeSyntax? type, ObjectBody body) : Expression(span)
{
    public SourceSpan NewKeyword { get; } = newKeyword;

    public TypeSyntax? Type { get; } = type;

    public ObjectBody Body { get; } = body;
}

/// <summary><c>(parent) { ... }</c></summary>
internal sealed partial class AmendExpression(SourceSpan span, Expression parent, ObjectBody body) : Expression(span)
{
    public Expression Parent { get; } = parent;

    public ObjectBody Body { get; } = body;
}

/// <summary><c>operand!!</c></summary>
internal sealed partial class NonNullExpression(SourceSpan span, Expression operand) : Expression(span)
{
    public Expression Operand { get; } = operand;
}

internal sealed partial class UnaryMinusExpression(SourceSpan span, Expression operand) : Expression(span)
{
    public Expression Operand { get; } = operand;
}

internal sealed partial class LogicalNotExpression(SourceSpan span, Expression operand) : Expression(span)
{
    public Expression Operand { get; } = operand;
}

/// <summary>In order of binding strength, weakest first.</summary>
internal enum BinaryOperator : byte
{
    Coalesce,
    Pipe,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessOrEqual,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    IntegerDivide,
    Remainder,
    Power,
}

internal sealed partial class BinaryExpression(SourceSpan span, BinaryOperator op, Expression left, Expression right) : Expression(span)
{
    public BinaryOperator Operator { get; } = op;

    public Expression Left { get; } = left;

    public Expression Right { get; } = right;
}

/// <summary><c>operand is T</c></summary>
internal sealed partial class TypeTestExpression(SourceSpan span, Expression operand, TypeSyntax type) : Expression(span)
{
    public Expression Operand { get; } = operand;

    public TypeSyntax Type { get; } = type;
}

/// <summary><c>operand as T</c></summary>
internal sealed partial class TypeCastExpression(SourceSpan span, Expression operand, TypeSyntax type) : Expression(span)
{
    public Expression Operand { get; } = operand;

    public TypeSyntax Type { get; } = type;
}
