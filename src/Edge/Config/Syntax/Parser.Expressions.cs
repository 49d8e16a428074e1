using System.Collections.Immutable;

namespace Edge.Config.Syntax;

internal ref partial struct Parser
{
    /// <param name="or">What else could stand here, for the message; null where nothing in particular could.</param>
    private Expression Expression(string? or) => Expression(or, 1);

    // Precedence climbing: takes operators that bind at least as strongly as asked for.
    private Expression Expression(string? or, int minimum)
    {
        Enter();
        var outer = BeginChain();
        var left = Atom(or);
        while (Precedence(Kind) is > 0 and var precedence && precedence >= minimum)
        {
            // A minus on a line of its own is the next member's sign.
            if (Kind == TokenKind.Minus && !_next.IsOnSameLine)
                break;
            Link();
            var token = Take();
            switch (token.Kind)
            {
                case TokenKind.Is:
                    var tested = Type(null);
                    left = new TypeTestExpression(SourceSpan.Cover(left.Span, tested.Span), left, tested);
                    break;
                case TokenKind.As:
                    var target = Type(null);
                    left = new TypeCastExpression(SourceSpan.Cover(left.Span, target.Span), left, target);
                    break;
                case TokenKind.Dot or TokenKind.QuestionDot:
                    left = Access(left, token.Kind);
                    break;
                default:
                    var isRightAssociative = token.Kind is TokenKind.Coalesce or TokenKind.Power;
                    var right = Expression(or, isRightAssociative ? precedence : precedence + 1);
                    left = new BinaryExpression(SourceSpan.Cover(left.Span, right.Span), Operator(token.Kind), left, right);
                    break;
            }
        }
        EndChain(outer);
        Leave();
        return left;
    }

    private static int Precedence(TokenKind kind) => kind switch
    {
        TokenKind.Coalesce => 1,
        TokenKind.Pipe => 2,
        TokenKind.Or => 3,
        TokenKind.And => 4,
        TokenKind.Equal or TokenKind.NotEqual => 5,
        TokenKind.Is or TokenKind.As => 6,
        TokenKind.Less or TokenKind.Greater or TokenKind.LessOrEqual or TokenKind.GreaterOrEqual => 7,
        TokenKind.Plus or TokenKind.Minus => 8,
        TokenKind.Star or TokenKind.Slash or TokenKind.IntegerDivide or TokenKind.Percent => 9,
        TokenKind.Power => 10,
        TokenKind.Dot or TokenKind.QuestionDot => 20,
        _ => 0,
    };

    private static BinaryOperator Operator(TokenKind kind) => kind switch
    {
        TokenKind.Coalesce => BinaryOperator.Coalesce,
        TokenKind.Pipe => BinaryOperator.Pipe,
        TokenKind.Or => BinaryOperator.Or,
        TokenKind.And => BinaryOperator.And,
        TokenKind.Equal => BinaryOperator.Equal,
        TokenKind.NotEqual => BinaryOperator.NotEqual,
        TokenKind.Less => BinaryOperator.Less,
        TokenKind.Greater => BinaryOperator.Greater,
        TokenKind.LessOrEqual => BinaryOperator.LessOrEqual,
        TokenKind.GreaterOrEqual => BinaryOperator.GreaterOrEqual,
        TokenKind.Plus => BinaryOperator.Add,
        TokenKind.Minus => BinaryOperator.Subtract,
        TokenKind.Star => BinaryOperator.Multiply,
        TokenKind.Slash => BinaryOperator.Divide,
        TokenKind.IntegerDivide => BinaryOperator.IntegerDivide,
        TokenKind.Percent => BinaryOperator.Remainder,
        TokenKind.Power => BinaryOperator.Power,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private Expression Atom(string? or) => Suffixes(Kind switch
    {
        TokenKind.This => new ThisExpression(Take().Span),
        TokenKind.Outer => new OuterExpression(Take().Span),
        TokenKind.Module => new ModuleExpression(Take().Span),
        TokenKind.Null => new NullLiteral(Take().Span),
        TokenKind.True => new BooleanLiteral(Take().Span, true),
        TokenKind.False => new BooleanLiteral(Take().Span, false),
        TokenKind.Int or TokenKind.Hex or TokenKind.Binary or TokenKind.Octal => Int(Take()),
        TokenKind.Float => Float(Take()),
        TokenKind.StringStart => SingleLineString(),
        TokenKind.MultiLineStringStart => MultiLineString(),
        TokenKind.Identifier => UnqualifiedAccess(),
        TokenKind.LeftParen => FunctionOrParenthesized(or),
        TokenKind.New => New(),
        TokenKind.If => IfElse(or),
        TokenKind.Let => Let(or),
        TokenKind.Super => Super(),
        TokenKind.Minus or TokenKind.Not => Unary(or),
        TokenKind.Throw => Throw(),
        TokenKind.Trace => Trace(),
        TokenKind.Import or TokenKind.ImportGlob => Import(),
        TokenKind.Read or TokenKind.ReadOrNull or TokenKind.ReadGlob => ReadResource(),
        TokenKind.EndOfFile => throw Error(Messages.UnexpectedEndOfFile, AfterLast),
        _ => throw Error(or is null ? Messages.UnexpectedToken(NextText) : Messages.UnexpectedToken(NextText, or)),
    });

    private Expression Suffixes(Expression expression)
    {
        while (true)
        {
            if (Kind == TokenKind.NonNull)
            {
                Link();
                expression = new NonNullExpression(SourceSpan.FromBounds(expression.Span.Start, Take().End), expression);
            }
            else if (Kind == TokenKind.LeftBrace)
            {
                // Only these can be amended in place. After others a brace is a slip, or the body that follows `when (...)` and such.
                if (expression is not (ParenthesizedExpression or AmendExpression or NewExpression))
                    throw Error(Messages.UnexpectedBrace(Quote(expression.Span)));
                Link();
                var body = ObjectBody();
                expression = new AmendExpression(SourceSpan.Cover(expression.Span, body.Span), expression, body);
            }
            else if (Kind is TokenKind.Dot or TokenKind.QuestionDot)
            {
                Link();
                expression = Access(expression, Take().Kind);
            }
            else if (IsHere(TokenKind.LeftBracket))
            {
                Link();
                Take();
                var key = Expression("]");
                var end = Expect(TokenKind.RightBracket, "]").End;
                expression = new Subscript(SourceSpan.FromBounds(expression.Span.Start, end), expression, key);
            }
            else
            {
                return expression;
            }
        }
    }

    private QualifiedAccess Access(Expression receiver, TokenKind dot)
    {
        var name = Identifier();
        var arguments = Arguments(out var end);
        return new QualifiedAccess(
            SourceSpan.FromBounds(receiver.Span.Start, end), receiver, dot == TokenKind.QuestionDot, name, arguments);
    }

    private UnqualifiedAccess UnqualifiedAccess()
    {
        var name = Identifier();
        var arguments = Arguments(out var end);
        return new UnqualifiedAccess(SourceSpan.FromBounds(name.Span.Start, end), name, arguments);
    }

    /// <summary>The argument list on the line of the name before, or default.</summary>
    private ImmutableArray<Expression> Arguments(out int end)
    {
        end = _last.End;
        if (!IsHere(TokenKind.LeftParen))
            return default;
        Take();
        var arguments = Kind == TokenKind.RightParen ? [] : ExpressionList(null);
        end = Expect(TokenKind.RightParen, ",", ")").End;
        return arguments;
    }

    /// <summary>One or more expressions up to a closing parenthesis.</summary>
    private ImmutableArray<Expression> ExpressionList(string? or)
    {
        var first = Expression(or);
        if (Kind != TokenKind.Comma)
            return [first];
        var expressions = ImmutableArray.CreateBuilder<Expression>();
        expressions.Add(first);
        while (Accept(TokenKind.Comma) && Kind != TokenKind.RightParen)
            expressions.Add(Expression(or));
        return expressions.ToImmutable();
    }

    private Expression Parenthesized(out int end)
    {
        Expect(TokenKind.LeftParen, "(");
        var expression = Expression(")");
        end = Expect(TokenKind.RightParen, ")").End;
        return expression;
    }

    private ThrowExpression Throw()
    {
        var start = Take().Start;
        var message = Parenthesized(out var end);
        return new ThrowExpression(SourceSpan.FromBounds(start, end), message);
    }

    private TraceExpression Trace()
    {
        var start = Take().Start;
        var value = Parenthesized(out var end);
        return new TraceExpression(SourceSpan.FromBounds(start, end), value);
    }

    private ImportExpression Import()
    {
        var keyword = Take();
        Expect(TokenKind.LeftParen, "(");
        var uri = StringConstant();
        var end = Expect(TokenKind.RightParen, ")").End;
        return new ImportExpression(SourceSpan.FromBounds(keyword.Start, end), uri, keyword.Kind == TokenKind.ImportGlob);
    }

    private ReadExpression ReadResource()
    {
        var keyword = Take();
        var kind = keyword.Kind switch
        {
            TokenKind.ReadOrNull => ReadKind.ReadOrNull,
            TokenKind.ReadGlob => ReadKind.ReadGlob,
            _ => ReadKind.Read,
        };
        var uri = Parenthesized(out var end);
        return new ReadExpression(SourceSpan.FromBounds(keyword.Start, end), uri, kind);
    }

    private NewExpression New()
    {
        var keyword = Take().Span;
        var type = Kind == TokenKind.LeftBrace ? null : Type("{");
        var body = ObjectBody();
        return new NewExpression(SourceSpan.Cover(keyword, body.Span), keyword, type, body);
    }

    // A sign binds to the atom behind it, suffixes included: `-a.b` is `-(a.b)`.
    private Expression Unary(string? or)
    {
        Enter();
        var sign = Take();
        var operand = Atom(or);
        Leave();
        var span = SourceSpan.Cover(sign.Span, operand.Span);
        if (sign.Kind == TokenKind.Not)
            return new LogicalNotExpression(span, operand);
        if (operand is not IntLiteral literal || _overflow is null || !_isMinimum || !_overflow.Span.Equals(literal.Span))
            return new UnaryMinusExpression(span, operand);
        // 2^63 is out of range but for the sign before it.
        _overflow = null;
        return new IntLiteral(span, long.MinValue);
    }

    private Expression Super()
    {
        var start = Take().Start;
        if (Accept(TokenKind.Dot))
        {
            var name = Identifier();
            var arguments = Arguments(out var end);
            return new SuperAccess(SourceSpan.FromBounds(start, end), name, arguments);
        }
        Expect(TokenKind.LeftBracket, "[");
        var key = Expression("]");
        return new SuperSubscript(SourceSpan.FromBounds(start, Expect(TokenKind.RightBracket, "]").End), key);
    }

    private IfExpression IfElse(string? or)
    {
        var start = Take().Start;
        var condition = Parenthesized(out _);
        var then = Expression("else");
        Expect(TokenKind.Else, "else");
        var @else = Expression(or);
        return new IfExpression(SourceSpan.FromBounds(start, @else.Span.End), condition, then, @else);
    }

    private LetExpression Let(string? or)
    {
        var start = Take().Start;
        Expect(TokenKind.LeftParen, "(");
        var parameter = Parameter();
        Expect(TokenKind.Assign, "=");
        var binding = Expression(")");
        Expect(TokenKind.RightParen, ")");
        var body = Expression(or);
        return new LetExpression(SourceSpan.FromBounds(start, body.Span.End), parameter, binding, body);
    }

    private Expression FunctionOrParenthesized(string? or)
    {
        var start = Take().Start;
        switch (Kind)
        {
            case TokenKind.Underscore:
                return Function(start, null, null);
            case TokenKind.RightParen:
                return Function(start, null, or);
            case TokenKind.Identifier:
                return FunctionOrParenthesizedAfterName(start);
            default:
                return RestOfParenthesized(start);
        }
    }

    private Expression FunctionOrParenthesizedAfterName(int start)
    {
        var name = Identifier();
        switch (Kind)
        {
            case TokenKind.Comma:
                return Function(start, new Parameter(name.Span, name, null), null);
            case TokenKind.Colon:
                return Function(start, Parameter(name), ")");
            case TokenKind.RightParen:
                var end = Take().End;
                if (!Accept(TokenKind.Arrow))
                    return new ParenthesizedExpression(SourceSpan.FromBounds(start, end), new UnqualifiedAccess(name.Span, name, default));
                var body = Expression(null);
                return new FunctionLiteral(SourceSpan.FromBounds(start, body.Span.End), [new Parameter(name.Span, name, null)], body);
            default:
                Unread();
                return RestOfParenthesized(start);
        }
    }

    private ParenthesizedExpression RestOfParenthesized(int start)
    {
        var inner = Expression(")");
        return new ParenthesizedExpression(SourceSpan.FromBounds(start, Expect(TokenKind.RightParen, ")").End), inner);
    }

    private FunctionLiteral Function(int start, Parameter? first, string? or)
    {
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        if (first is not null)
            parameters.Add(first);
        if (first is null || Accept(TokenKind.Comma))
            Parameters(parameters, TokenKind.RightParen);
        Expect(TokenKind.RightParen, ",", ")");
        Expect(TokenKind.Arrow, "->");
        var body = Expression(or);
        return new FunctionLiteral(SourceSpan.FromBounds(start, body.Span.End), parameters.ToImmutable(), body);
    }
}
