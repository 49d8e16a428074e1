using System.Collections.Immutable;

namespace Edge.Config.Syntax;

internal ref partial struct SyntaxReader
{
    private TypeSyntax Type() => OptionalType()!;

    private TypeSyntax? OptionalType()
    {
        var tag = (SyntaxTag)Byte();
        if (tag == SyntaxTag.None)
            return null;
        var span = Span();
        switch (tag)
        {
            case SyntaxTag.UnknownType:
                return new UnknownType(span);
            case SyntaxTag.NothingType:
                return new NothingType(span);
            case SyntaxTag.ModuleType:
                return new ModuleType(span);
            case SyntaxTag.DeclaredType:
                var name = QualifiedIdentifier();
                return new DeclaredType(span, name, Types());
            case SyntaxTag.StringLiteralType:
                return new StringLiteralType(span, _blob.Text(Number()));
            case SyntaxTag.NullableType:
                return new NullableType(span, Type());
            case SyntaxTag.UnionType:
                var alternatives = Types();
                return new UnionType(span, alternatives, (int)Signed());
            case SyntaxTag.ConstrainedType:
                var inner = Type();
                return new ConstrainedType(span, inner, Expressions(Number()));
            case SyntaxTag.FunctionType:
                var parameters = Types();
                return new FunctionType(span, parameters, Type());
            default:
                return new ParenthesizedType(span, Type());
        }
    }

    private ImmutableArray<TypeSyntax> Types()
    {
        var count = Number();
        if (count == 0)
            return [];
        var types = new TypeSyntax[count];
        for (var i = 0; i < types.Length; i++)
            types[i] = Type();
        return Own(types);
    }

    private ImmutableArray<Expression> Expressions(int count)
    {
        if (count == 0)
            return [];
        var expressions = new Expression[count];
        for (var i = 0; i < expressions.Length; i++)
            expressions[i] = Expression();
        return Own(expressions);
    }

    private ImmutableArray<Expression> Arguments()
    {
        var count = Number();
        return count == 0 ? default : Expressions(count - 1);
    }

    private Expression Expression() => OptionalExpression()!;

    private Expression? OptionalExpression()
    {
        var tag = (SyntaxTag)Byte();
        if (tag == SyntaxTag.None)
            return null;
        var span = Span();
        return tag switch
        {
            SyntaxTag.This => new ThisExpression(span),
            SyntaxTag.Outer => new OuterExpression(span),
            SyntaxTag.Module => new ModuleExpression(span),
            SyntaxTag.Null => new NullLiteral(span),
            SyntaxTag.True => new BooleanLiteral(span, true),
            SyntaxTag.False => new BooleanLiteral(span, false),
            SyntaxTag.Int => new IntLiteral(span, Signed()),
            SyntaxTag.Float => new FloatLiteral(span, BitConverter.Int64BitsToDouble((long)Number(_bytes, ref _at))),
            SyntaxTag.String => new StringLiteral(span, StringParts()),
            SyntaxTag.UnqualifiedAccess => new UnqualifiedAccess(span, Identifier(), Arguments()),
            SyntaxTag.QualifiedAccess => new QualifiedAccess(span, Expression(), Flag(), Identifier(), Arguments()),
            SyntaxTag.SuperAccess => new SuperAccess(span, Identifier(), Arguments()),
            SyntaxTag.SuperSubscript => new SuperSubscript(span, Expression()),
            SyntaxTag.Subscript => new Subscript(span, Expression(), Expression()),
            SyntaxTag.If => new IfExpression(span, Expression(), Expression(), Expression()),
            SyntaxTag.Let => new LetExpression(span, Parameter(), Expression(), Expression()),
            SyntaxTag.Function => new FunctionLiteral(span, Parameters(), Expression()),
            SyntaxTag.New => new NewExpression(span, InnerSpan(span), OptionalType(), Body()),
            SyntaxTag.Amend => new AmendExpression(span, Expression(), Body()),
            SyntaxTag.Throw => new ThrowExpression(span, Expression()),
            SyntaxTag.Trace => new TraceExpression(span, Expression()),
            SyntaxTag.Parenthesized => new ParenthesizedExpression(span, Expression()),
            SyntaxTag.NonNull => new NonNullExpression(span, Expression()),
            SyntaxTag.UnaryMinus => new UnaryMinusExpression(span, Expression()),
            SyntaxTag.LogicalNot => new LogicalNotExpression(span, Expression()),
            SyntaxTag.Import => new ImportExpression(span, StringConstant(), Flag()),
            SyntaxTag.Read => new ReadExpression(span, Expression(), (ReadKind)Byte()),
            SyntaxTag.Binary => Binary(span),
            SyntaxTag.TypeTest => new TypeTestExpression(span, Expression(), Type()),
            SyntaxTag.TypeCast => new TypeCastExpression(span, Expression(), Type()),
            _ => throw new InvalidDataException($"No expression has the tag {(byte)tag}."),
        };
    }

    private BinaryExpression Binary(SourceSpan span)
    {
        var left = Expression();
        var op = (BinaryOperator)Byte();
        return new BinaryExpression(span, op, left, Expression());
    }

    private ImmutableArray<StringPart> StringParts()
    {
        var count = Number();
        if (count == 0)
            return [];
        var parts = new StringPart[count];
        for (var i = 0; i < parts.Length; i++)
        {
            var span = Span();
            var interpolation = OptionalExpression();
            parts[i] = new StringPart(span, interpolation is null ? _blob.Text(Number()) : null, interpolation);
        }
        return Own(parts);
    }
}
