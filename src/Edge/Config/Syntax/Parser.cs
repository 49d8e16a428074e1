using System.Collections.Immutable;
using System.Text;

namespace Edge.Config.Syntax;

/// <summary>
/// Pkl's grammar (language reference 0.30; pkl-parser's Parser at tag 0.30.2) by recursive descent: one token ahead, and one that can
/// be taken back where an identifier may begin a parameter, a property or an expression.
/// </summary>
/// <remarks>
/// Input is bounded: <see cref="MaxBytes"/> for the file, <see cref="MaxDepth"/> for the tree's depth, so that neither this parser nor
/// any later walk over the tree can exhaust a stack of 1 MB.
/// </remarks>
internal ref partial struct Parser
{
    /// <summary>8 MiB: more than fifty times a large configuration. The tree of the densest source takes 60 times its bytes.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>Levels of nested expressions, types and object bodies; a link in a chain of operators or accesses counts as one.</summary>
    public const int MaxDepth = 500;

    private readonly SourceText _source;
    private readonly ReadOnlySpan<byte> _text;
    private Lexer _lexer;

    // `_token` is what the grammar looks at. After Unread it is the last token again, and `_next` keeps the one behind it.
    private Token _token;
    private Token _next;
    private Token _last;
    private bool _isUnread;

    // Where the parser is in the tree, and the deepest place below the expression or type that it is in.
    private int _depth;
    private int _deepest;

    // An integer that is out of range is an error only if the file has no syntax error: Pkl converts after parsing.
    private SyntaxException? _overflow;

    // Whether that is about 2^63, which is in range behind a minus.
    private bool _isMinimum;

    // A string's text while it is put together from its pieces; empty while an interpolation is parsed.
    private StringBuilder? _builder;

    private Parser(SourceText source)
    {
        _source = source;
        _text = source.Utf8.Span;
        if (_text.Length > MaxBytes)
            throw new SyntaxException(Messages.TooLarge(MaxBytes), default, source);
        var invalid = Utf8.IndexOfInvalid(_text);
        if (invalid >= 0)
            throw new SyntaxException(Messages.NotUtf8(invalid), new SourceSpan(invalid, 1), source);
        _lexer = new Lexer(source);
        _next = Read();
        _token = _next;
    }

    /// <summary>A whole module.</summary>
    /// <exception cref="SyntaxException">The text is not a module, is not UTF-8, or exceeds a bound.</exception>
    public static ModuleSyntax Parse(SourceText source)
    {
        var parser = new Parser(source);
        var module = parser.Module();
        return parser._overflow is null ? module : throw parser._overflow;
    }

    /// <summary>An expression and nothing else.</summary>
    /// <exception cref="SyntaxException">As for <see cref="Parse"/>.</exception>
    public static Expression ParseExpression(SourceText source)
    {
        var parser = new Parser(source);
        var expression = parser.Expression(null);
        parser.Expect(TokenKind.EndOfFile, "end of file");
        return parser._overflow is null ? expression : throw parser._overflow;
    }

    private readonly TokenKind Kind => _token.Kind;

    private readonly SourceSpan Span => _token.Span;

    // An argument list, a subscript or a constraint belongs to what stands before it on its line.
    private readonly bool IsHere(TokenKind kind) => _token.Kind == kind && _next.IsOnSameLine;

    private Token Read()
    {
        var kind = _lexer.Next();
        var lineEnds = _lexer.LineEndsBefore;
        var afterSemicolon = false;
        while (kind.IsAffix())
        {
            afterSemicolon |= kind == TokenKind.Semicolon;
            kind = _lexer.Next();
            lineEnds += _lexer.LineEndsBefore;
        }
        return new Token(kind, _lexer.Start, _lexer.End, lineEnds, afterSemicolon);
    }

    /// <summary>Takes the token and returns it.</summary>
    private Token Take()
    {
        if (_isUnread)
        {
            _isUnread = false;
            _token = _next;
            return _last;
        }
        _last = _next;
        _next = Read();
        _token = _next;
        return _last;
    }

    private void Unread()
    {
        _token = _last;
        _isUnread = true;
    }

    private bool Accept(TokenKind kind)
    {
        if (_token.Kind != kind)
            return false;
        Take();
        return true;
    }

    private Token Expect(TokenKind kind, string text) =>
        _token.Kind == kind ? Take() : throw Expected(Messages.UnexpectedToken(FoundText, text));

    private Token Expect(TokenKind kind, string text, string or) =>
        _token.Kind == kind ? Take() : throw Expected(Messages.UnexpectedToken(FoundText, text, or));

    private readonly string FoundText => _token.Kind == TokenKind.EndOfFile ? "EOF" : NextText;

    private readonly string NextText => Quote(_next.Span);

    // What is missing at a line's or the file's end is shown there and not at the token that follows.
    private readonly SyntaxException Expected(string message) =>
        _token.Kind == TokenKind.EndOfFile || _next.LineEndsBefore > 0 ? Error(message, AfterLast) : Error(message);

    private readonly SourceSpan AfterLast => new(_last.End, 0);

    private readonly SyntaxException Error(string message) => Error(message, _token.Span);

    private readonly SyntaxException Error(string message, SourceSpan span) => new(message, span, _source);

    private readonly ReadOnlySpan<byte> Bytes(SourceSpan span) => _text.Slice(span.Start, span.Length);

    private readonly string Text(SourceSpan span) => Utf8.Decode(Bytes(span));

    private readonly string Quote(SourceSpan span) => Printable.Quote(Bytes(span));

    private void Enter()
    {
        if (++_depth > MaxDepth)
            throw Error(Messages.TooDeep(MaxDepth));
        _deepest = Math.Max(_deepest, _depth);
    }

    private void Leave() => _depth--;

    /// <summary>Begins a chain whose links each push what came before one level down. Returns what <see cref="EndChain"/> wants.</summary>
    private int BeginChain()
    {
        var outer = _deepest;
        _deepest = _depth;
        return outer;
    }

    private void Link()
    {
        if (++_deepest > MaxDepth)
            throw Error(Messages.TooDeep(MaxDepth));
    }

    private void EndChain(int outer) => _deepest = Math.Max(_deepest, outer);

    private Identifier Identifier()
    {
        if (Kind != TokenKind.Identifier)
            throw Error(Kind.IsKeyword() ? Messages.KeywordNotAllowedHere(Kind, Text(Span)) : Messages.UnexpectedToken(NextText, "identifier"));
        var span = Take().Span;
        var name = Bytes(span);
        return new Identifier(span, Names.Intern(name[0] == '`' ? name.Slice(1, name.Length - 2) : name));
    }

    private QualifiedIdentifier QualifiedIdentifier()
    {
        var first = Identifier();
        if (Kind != TokenKind.Dot)
            return new QualifiedIdentifier(first.Span, [first]);
        var parts = ImmutableArray.CreateBuilder<Identifier>();
        parts.Add(first);
        while (Accept(TokenKind.Dot))
            parts.Add(Identifier());
        return new QualifiedIdentifier(SourceSpan.Cover(first.Span, parts[parts.Count - 1].Span), parts.ToImmutable());
    }

    private Modifiers ModifierList()
    {
        var modifiers = Modifiers.None;
        for (var modifier = Kind.AsModifier(); modifier != Modifiers.None; modifier = Kind.AsModifier())
        {
            modifiers |= modifier;
            Take();
        }
        return modifiers;
    }

    private Parameter Parameter()
    {
        if (Kind == TokenKind.Underscore)
            return new Parameter(Take().Span, null, null);
        return Parameter(Identifier());
    }

    private Parameter Parameter(Identifier name)
    {
        var type = TypeAnnotation();
        return new Parameter(type is null ? name.Span : SourceSpan.Cover(name.Span, type.Span), name, type);
    }

    private TypeSyntax? TypeAnnotation() => Accept(TokenKind.Colon) ? Type(null) : null;

    /// <summary>The rest of a list, up to and without its end; a comma before the end is allowed.</summary>
    private void Parameters(ImmutableArray<Parameter>.Builder parameters, TokenKind end)
    {
        if (Kind == end)
            return;
        do
            parameters.Add(Parameter());
        while (Accept(TokenKind.Comma) && Kind != end);
    }

    /// <summary><c>(a, b: T)</c></summary>
    private ImmutableArray<Parameter> ParameterList(out SourceSpan span)
    {
        var start = Expect(TokenKind.LeftParen, "(").Start;
        var parameters = ImmutableArray.CreateBuilder<Parameter>();
        Parameters(parameters, TokenKind.RightParen);
        span = SourceSpan.FromBounds(start, Expect(TokenKind.RightParen, ",", ")").End);
        return parameters.ToImmutable();
    }

    /// <summary><c>&lt;in A, out B></c>, or nothing.</summary>
    private ImmutableArray<TypeParameter> TypeParameterList(ref int end)
    {
        if (!Accept(TokenKind.Less))
            return [];
        var parameters = ImmutableArray.CreateBuilder<TypeParameter>();
        do
        {
            var start = _token.Start;
            var variance = Accept(TokenKind.In) ? Variance.In : Accept(TokenKind.Out) ? Variance.Out : Variance.Invariant;
            var name = Identifier();
            parameters.Add(new TypeParameter(SourceSpan.FromBounds(start, name.Span.End), variance, name));
        }
        while (Accept(TokenKind.Comma) && Kind != TokenKind.Greater);
        end = Expect(TokenKind.Greater, ",", ">").End;
        return parameters.ToImmutable();
    }
}
