using System.Collections.Immutable;

namespace Edge.Config.Syntax;

internal sealed partial class SyntaxWriter
{
    private void Type(TypeSyntax? type)
    {
        switch (type)
        {
            case null:
                Byte((byte)SyntaxTag.None);
                break;
            case UnknownType:
                Tag(SyntaxTag.UnknownType, type);
                break;
            case NothingType:
                Tag(SyntaxTag.NothingType, type);
                break;
            case ModuleType:
                Tag(SyntaxTag.ModuleType, type);
                break;
            case DeclaredType d:
                Tag(SyntaxTag.DeclaredType, d);
                QualifiedIdentifier(d.Name);
                List(d.Arguments, Type);
                break;
            case StringLiteralType s:
                Tag(SyntaxTag.StringLiteralType, s);
                Text(s.Value);
                break;
            case NullableType n:
                Tag(SyntaxTag.NullableType, n);
                Type(n.Inner);
                break;
            case UnionType u:
                Tag(SyntaxTag.UnionType, u);
                List(u.Alternatives, Type);
                Signed(u.DefaultIndex);
                break;
            case ConstrainedType c:
                Tag(SyntaxTag.ConstrainedType, c);
                Type(c.Inner);
                List(c.Constraints, Expression);
                break;
            case FunctionType f:
                Tag(SyntaxTag.FunctionType, f);
                List(f.Parameters, Type);
                Type(f.Result);
                break;
            case ParenthesizedType p:
                Tag(SyntaxTag.ParenthesizedType, p);
                Type(p.Inner);
                break;
            default:
                throw new ArgumentException($"{type.GetType().Name} cannot be written.", nameof(type));
        }
    }

    private void Expression(Expression? expression)
    {
        switch (expression)
        {
            case null:
                Byte((byte)SyntaxTag.None);
                break;
            case ThisExpression:
                Tag(SyntaxTag.This, expression);
                break;
            case OuterExpression:
                Tag(SyntaxTag.Outer, expression);
                break;
            case ModuleExpression:
                Tag(SyntaxTag.Module, expression);
                break;
            case NullLiteral:
                Tag(SyntaxTag.Null, expression);
                break;
            case BooleanLiteral b:
                Tag(b.Value ? SyntaxTag.True : SyntaxTag.False, b);
                break;
            case IntLiteral i:
                Tag(SyntaxTag.Int, i);
                Signed(i.Value);
                break;
            case FloatLiteral f:
                Tag(SyntaxTag.Float, f);
                Number(BitConverter.DoubleToInt64Bits(f.Value));
                break;
            case StringLiteral s:
                Tag(SyntaxTag.String, s);
                List(s.Parts, StringPart);
                break;
            case UnqualifiedAccess or QualifiedAccess or SuperAccess or SuperSubscript or Subscript:
                Access(expression);
                break;
            case IfExpression or LetExpression or FunctionLiteral or NewExpression or AmendExpression:
                Composite(expression);
                break;
            default:
                Operation(expression);
                break;
        }
    }

    private void StringPart(StringPart part)
    {
        Span(part.Span);
        Expression(part.Interpolation);
        if (part.Interpolation is null)
            Text(part.Text!);
    }

    private void Arguments(ImmutableArray<Expression> arguments)
    {
        Number(arguments.IsDefault ? 0 : arguments.Length + 1);
        if (arguments.IsDefault)
            return;
        foreach (var argument in arguments)
            Expression(argument);
    }

    private void Access(Expression expression)
    {
        switch (expression)
        {
            case UnqualifiedAccess a:
                Tag(SyntaxTag.UnqualifiedAccess, a);
                Identifier(a.Name);
                Arguments(a.Arguments);
                break;
            case QualifiedAccess a:
                Tag(SyntaxTag.QualifiedAccess, a);
                Expression(a.Receiver);
                Flag(a.IsNullSafe);
                Identifier(a.Name);
                Arguments(a.Arguments);
                break;
            case SuperAccess a:
                Tag(SyntaxTag.SuperAccess, a);
                Identifier(a.Name);
                Arguments(a.Arguments);
                break;
            case SuperSubscript s:
                Tag(SyntaxTag.SuperSubscript, s);
                Expression(s.Key);
                break;
            case Subscript s:
                Tag(SyntaxTag.Subscript, s);
                Expression(s.Receiver);
                Expression(s.Key);
                break;
        }
    }

    private void Composite(Expression expression)
    {
        switch (expression)
        {
            case IfExpression i:
                Tag(SyntaxTag.If, i);
                Expression(i.Condition);
                Expression(i.Then);
                Expression(i.Else);
                break;
            case LetExpression l:
                Tag(SyntaxTag.Let, l);
                Parameter(l.Parameter);
                Expression(l.Binding);
                Expression(l.Body);
                break;
            case FunctionLiteral f:
                Tag(SyntaxTag.Function, f);
                List(f.Parameters, Parameter);
                Expression(f.Body);
                break;
            case NewExpression n:
                Tag(SyntaxTag.New, n);
                InnerSpan(n.NewKeyword, n);
                Type(n.Type);
                Body(n.Body);
                break;
            case AmendExpression a:
                Tag(SyntaxTag.Amend, a);
                Expression(a.Parent);
                Body(a.Body);
                break;
        }
    }

    private void Operation(Expression expression)
    {
        switch (expression)
        {
            case ThrowExpression t:
                Unary(SyntaxTag.Throw, t, t.Message);
                break;
            case TraceExpression t:
                Unary(SyntaxTag.Trace, t, t.Value);
                break;
            case ParenthesizedExpression p:
                Unary(SyntaxTag.Parenthesized, p, p.Inner);
                break;
            case NonNullExpression n:
                Unary(SyntaxTag.NonNull, n, n.Operand);
                break;
            case UnaryMinusExpression m:
                Unary(SyntaxTag.UnaryMinus, m, m.Operand);
                break;
            case LogicalNotExpression n:
                Unary(SyntaxTag.LogicalNot, n, n.Operand);
                break;
            case ImportExpression i:
                Tag(SyntaxTag.Import, i);
                StringConstant(i.Uri);
                Flag(i.IsGlob);
                break;
            case ReadExpression r:
                Unary(SyntaxTag.Read, r, r.Uri);
                Byte((byte)r.Kind);
                break;
            case BinaryExpression b:
                Unary(SyntaxTag.Binary, b, b.Left);
                Byte((byte)b.Operator);
                Expression(b.Right);
                break;
            case TypeTestExpression t:
                Unary(SyntaxTag.TypeTest, t, t.Operand);
                Type(t.Type);
                break;
            case TypeCastExpression t:
                Unary(SyntaxTag.TypeCast, t, t.Operand);
                Type(t.Type);
                break;
            default:
                throw new ArgumentException($"{expression.GetType().Name} cannot be written.", nameof(expression));
        }
    }

    private void Unary(SyntaxTag tag, Expression expression, Expression operand)
    {
        Tag(tag, expression);
        Expression(operand);
    }
}
