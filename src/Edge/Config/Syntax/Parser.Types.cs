using System.Collections.Immutable;

namespace Edge.Config.Syntax;

internal ref partial struct Parser
{
    /// <param name="or">What else could stand here, for the message.</param>
    private TypeSyntax Type(string? or)
    {
        Enter();
        var start = _token.Start;
        var defaultIndex = Accept(TokenKind.Star) ? 0 : -1;
        var type = TypeAtom(or);
        if (Kind == TokenKind.Bar)
            type = Union(start, type, defaultIndex, or);
        else if (defaultIndex == 0)
            throw Error(Messages.NotAUnion, SourceSpan.FromBounds(start, type.Span.End));
        Leave();
        return type;
    }

    private UnionType Union(int start, TypeSyntax first, int defaultIndex, string? or)
    {
        var alternatives = ImmutableArray.CreateBuilder<TypeSyntax>();
        alternatives.Add(first);
        while (Accept(TokenKind.Bar))
        {
            if (Kind == TokenKind.Star)
            {
                if (defaultIndex >= 0)
                    throw Error(Messages.MultipleUnionDefaults);
                defaultIndex = alternatives.Count;
                Take();
            }
            alternatives.Add(TypeAtom(or));
        }
        return new UnionType(SourceSpan.FromBounds(start, _last.End), alternatives.ToImmutable(), defaultIndex);
    }

    private TypeSyntax TypeAtom(string? or)
    {
        var outer = BeginChain();
        var type = PlainType(or);
        // The suffixes of `(A) -> B?` are B's.
        if (type is not FunctionType)
            type = TypeSuffixes(type);
        EndChain(outer);
        return type;
    }

    private TypeSyntax PlainType(string? or)
    {
        switch (Kind)
        {
            case TokenKind.Unknown:
                return new UnknownType(Take().Span);
            case TokenKind.Nothing:
                return new NothingType(Take().Span);
            case TokenKind.Module:
                return new ModuleType(Take().Span);
            case TokenKind.Identifier:
                return DeclaredType();
            case TokenKind.StringStart:
                var constant = StringConstant();
                return new StringLiteralType(constant.Span, constant.Value);
            case TokenKind.LeftParen:
                return FunctionOrParenthesizedType(or);
            default:
                throw Error(Messages.UnexpectedTokenForType(NextText, or));
        }
    }

    private DeclaredType DeclaredType()
    {
        var name = QualifiedIdentifier();
        if (!Accept(TokenKind.Less))
            return new DeclaredType(name.Span, name, []);
        var arguments = ImmutableArray.CreateBuilder<TypeSyntax>();
        do
            arguments.Add(Type(null));
        while (Accept(TokenKind.Comma) && Kind != TokenKind.Greater);
        var end = Expect(TokenKind.Greater, ",", ">").End;
        return new DeclaredType(SourceSpan.FromBounds(name.Span.Start, end), name, arguments.ToImmutable());
    }

    private TypeSyntax FunctionOrParenthesizedType(string? or)
    {
        var start = Take().Start;
        var types = ImmutableArray.CreateBuilder<TypeSyntax>();
        if (Kind != TokenKind.RightParen)
        {
            do
                types.Add(Type(")"));
            while (Accept(TokenKind.Comma) && Kind != TokenKind.RightParen);
        }
        var close = types.Count == 0 ? Take() : Expect(TokenKind.RightParen, ",", ")");
        if (Kind == TokenKind.Arrow || types.Count > 1)
        {
            Expect(TokenKind.Arrow, "->");
            var result = Type(or);
            return new FunctionType(SourceSpan.FromBounds(start, result.Span.End), types.ToImmutable(), result);
        }
        if (types.Count == 0)
            throw Error(Messages.UnexpectedTokenForType(")", null), close.Span);
        return new ParenthesizedType(SourceSpan.FromBounds(start, close.End), types[0]);
    }

    private TypeSyntax TypeSuffixes(TypeSyntax type)
    {
        while (true)
        {
            if (Kind == TokenKind.Question)
            {
                Link();
                type = new NullableType(SourceSpan.FromBounds(type.Span.Start, Take().End), type);
            }
            else if (IsHere(TokenKind.LeftParen))
            {
                Link();
                Take();
                var constraints = ExpressionList(")");
                var end = Expect(TokenKind.RightParen, ",", ")").End;
                type = new ConstrainedType(SourceSpan.FromBounds(type.Span.Start, end), type, constraints);
            }
            else
            {
                return type;
            }
        }
    }
}
