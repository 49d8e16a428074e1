using System.Collections.Immutable;

namespace Edge.Config.Syntax;

internal ref partial struct Parser
{
    /// <summary>One or more bodies, the first of which is known to be there.</summary>
    private ImmutableArray<ObjectBody> ObjectBodies()
    {
        var first = ObjectBody();
        if (Kind != TokenKind.LeftBrace)
            return [first];
        var bodies = ImmutableArray.CreateBuilder<ObjectBody>();
        bodies.Add(first);
        while (Kind == TokenKind.LeftBrace)
            bodies.Add(ObjectBody());
        return bodies.ToImmutable();
    }

    private ImmutableArray<ObjectBody> RequiredObjectBodies() =>
        Kind == TokenKind.LeftBrace ? ObjectBodies() : throw Error(Messages.UnexpectedToken(NextText, "{", "="));

    private ObjectBody ObjectBody()
    {
        Enter();
        var start = Expect(TokenKind.LeftBrace, "{").Start;
        var members = ImmutableArray.CreateBuilder<ObjectMember>();
        var parameters = Kind switch
        {
            TokenKind.Underscore => BodyParameters(null),
            TokenKind.Identifier => ParametersOrFirstMember(members),
            _ => [],
        };
        while (Kind != TokenKind.RightBrace)
            members.Add(Kind == TokenKind.EndOfFile ? throw Error(Messages.MissingDelimiter("}"), AfterLast) : ObjectMember());
        var end = Take().End;
        Leave();
        return new ObjectBody(SourceSpan.FromBounds(start, end), parameters, members.ToImmutable());
    }

    // `{ a ->`, `{ a,` and `{ a: T,` begin parameters; `{ a: T =` is a property; all else is some member that begins with a name.
    private ImmutableArray<Parameter> ParametersOrFirstMember(ImmutableArray<ObjectMember>.Builder members)
    {
        var name = Identifier();
        switch (Kind)
        {
            case TokenKind.Arrow:
                Take();
                return [new Parameter(name.Span, name, null)];
            case TokenKind.Comma:
                return BodyParameters(new Parameter(name.Span, name, null));
            case TokenKind.Colon:
                var parameter = Parameter(name);
                if (Kind == TokenKind.Comma)
                    return BodyParameters(parameter);
                if (Accept(TokenKind.Arrow))
                    return [parameter];
                Expect(TokenKind.Assign, "=");
                var value = Expression(null);
                members.Add(new ObjectProperty(SourceSpan.Cover(name.Span, value.Span), Modifiers.None, name, parameter.Type, value, []));
                return [];
            default:
                Unread();
                return [];
        }
    }

    private ImmutableArray<Parameter> BodyParameters(Parameter? first)
    {
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        if (first is not null)
        {
            parameters.Add(first);
            Take();
        }
        Parameters(parameters, TokenKind.Arrow);
        Expect(TokenKind.Arrow, ",", "->");
        return parameters.ToImmutable();
    }

    private ObjectMember ObjectMember()
    {
        switch (Kind)
        {
            case TokenKind.Identifier:
                Take();
                var isProperty = Kind is TokenKind.LeftBrace or TokenKind.Colon or TokenKind.Assign;
                Unread();
                return isProperty ? ObjectProperty(_token.Start, Modifiers.None) : ObjectElement();
            case TokenKind.Function:
                return ObjectMethod(_token.Start, Modifiers.None);
            case TokenKind.LeftPredicate:
                return MemberPredicate();
            case TokenKind.LeftBracket:
                return ObjectEntry();
            case TokenKind.Spread or TokenKind.NullSafeSpread:
                return ObjectSpread();
            case TokenKind.When:
                return WhenGenerator();
            case TokenKind.For:
                return ForGenerator();
            case TokenKind.TypeAlias or TokenKind.Class:
                throw Error(Messages.MissingDelimiter("}"), AfterLast);
        }
        if (Kind.AsModifier() == Modifiers.None)
            return ObjectElement();
        var start = _token.Start;
        var modifiers = ModifierList();
        return Kind == TokenKind.Function ? ObjectMethod(start, modifiers) : ObjectProperty(start, modifiers);
    }

    private ObjectElement ObjectElement()
    {
        var value = Expression("}");
        return new ObjectElement(value.Span, value);
    }

    private ObjectProperty ObjectProperty(int start, Modifiers modifiers)
    {
        var name = Identifier();
        var type = TypeAnnotation();
        if (type is not null || Kind == TokenKind.Assign)
        {
            Expect(TokenKind.Assign, "=");
            var value = Expression("}");
            return new ObjectProperty(SourceSpan.FromBounds(start, value.Span.End), modifiers, name, type, value, []);
        }
        var bodies = RequiredObjectBodies();
        return new ObjectProperty(SourceSpan.FromBounds(start, bodies[bodies.Length - 1].Span.End), modifiers, name, null, null, bodies);
    }

    private ObjectMethod ObjectMethod(int start, Modifiers modifiers)
    {
        Take();
        var name = Identifier();
        var headerEnd = name.Span.End;
        var typeParameters = TypeParameterList(ref headerEnd);
        var parameters = ParameterList(out var list);
        var resultType = TypeAnnotation();
        headerEnd = resultType?.Span.End ?? list.End;
        Expect(TokenKind.Assign, "=");
        var body = Expression("}");
        return new ObjectMethod(
            SourceSpan.FromBounds(start, body.Span.End), SourceSpan.FromBounds(start, headerEnd), modifiers, name, typeParameters, parameters,
            resultType, body);
    }

    private MemberPredicate MemberPredicate()
    {
        var start = Take().Start;
        var predicate = Expression("]]");
        var first = Expect(TokenKind.RightBracket, "]]");
        if (Kind != TokenKind.RightBracket)
            throw Error(Messages.UnexpectedToken(NextText, "]]"), first.Span);
        var second = Take();
        if (first.End != second.Start)
            throw Error(Messages.UnexpectedToken(Quote(SourceSpan.Cover(first.Span, second.Span)), "]]"), first.Span);
        var (value, bodies, end) = ValueOrBodies();
        return new MemberPredicate(SourceSpan.FromBounds(start, end), predicate, value, bodies);
    }

    private ObjectEntry ObjectEntry()
    {
        var start = Take().Start;
        var key = Expression("]");
        Expect(TokenKind.RightBracket, "]");
        var (value, bodies, end) = ValueOrBodies();
        return new ObjectEntry(SourceSpan.FromBounds(start, end), key, value, bodies);
    }

    private (Expression? Value, ImmutableArray<ObjectBody> Bodies, int End) ValueOrBodies()
    {
        if (Accept(TokenKind.Assign))
        {
            var value = Expression("}");
            return (value, [], value.Span.End);
        }
        var bodies = RequiredObjectBodies();
        return (null, bodies, bodies[bodies.Length - 1].Span.End);
    }

    private ObjectSpread ObjectSpread()
    {
        var spread = Take();
        var value = Expression("}");
        return new ObjectSpread(SourceSpan.Cover(spread.Span, value.Span), value, spread.Kind == TokenKind.NullSafeSpread);
    }

    private WhenGenerator WhenGenerator()
    {
        var start = Take().Start;
        var condition = Parenthesized(out _);
        var then = ObjectBody();
        var @else = Accept(TokenKind.Else) ? ObjectBody() : null;
        return new WhenGenerator(SourceSpan.FromBounds(start, (@else ?? then).Span.End), condition, then, @else);
    }

    private ForGenerator ForGenerator()
    {
        var start = Take().Start;
        Expect(TokenKind.LeftParen, "(");
        var first = Parameter();
        var second = Accept(TokenKind.Comma) ? Parameter() : null;
        Expect(TokenKind.In, "in");
        var source = Expression(")");
        var header = SourceSpan.FromBounds(start, Expect(TokenKind.RightParen, ")").End);
        var body = ObjectBody();
        return new ForGenerator(
            SourceSpan.FromBounds(start, body.Span.End), header, second is null ? null : first, second ?? first, source, body);
    }
}
