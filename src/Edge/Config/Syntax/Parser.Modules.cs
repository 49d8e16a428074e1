using System.Collections.Immutable;

namespace Edge.Config.Syntax;

internal ref partial struct Parser
{
    /// <summary>What may stand before a declaration.</summary>
    private readonly struct MemberHeader(DocComment? doc, ImmutableArray<Annotation> annotations, SourceSpan? modifierSpan, Modifiers modifiers)
    {
        public readonly DocComment? Doc = doc;
        public readonly ImmutableArray<Annotation> Annotations = annotations;
        public readonly Modifiers Modifiers = modifiers;

        public bool IsEmpty => Doc is null && Annotations.IsEmpty && modifierSpan is null;

        /// <summary>Where the declaration starts, doc comment and annotations included.</summary>
        public int StartOr(int start) =>
            Doc is not null ? Doc.Span.Start : !Annotations.IsEmpty ? Annotations[0].Span.Start : modifierSpan?.Start ?? start;

        public int ModifiersStartOr(int start) => modifierSpan?.Start ?? start;
    }

    private ModuleSyntax Module()
    {
        if (Kind == TokenKind.EndOfFile)
            return new ModuleSyntax(default, null, [], []);
        Accept(TokenKind.Shebang);
        var start = _token.Start;
        ModuleDeclaration? declaration = null;
        try
        {
            var header = MemberHeaderOrNone();
            declaration = ModuleDeclaration(header);
            if (declaration is not null)
                header = new MemberHeader(null, [], null, Modifiers.None);
            var imports = ImmutableArray.CreateBuilder<ImportClause>();
            while (Kind is TokenKind.Import or TokenKind.ImportGlob)
                imports.Add(header.IsEmpty ? ImportClause() : throw Error(Messages.HeadersOnImport));
            var members = ImmutableArray.CreateBuilder<ModuleMember>();
            if (!header.IsEmpty)
                members.Add(ModuleMember(header));
            while (Kind != TokenKind.EndOfFile)
                members.Add(ModuleMember(MemberHeaderOrNone()));
            return new ModuleSyntax(SourceSpan.FromBounds(start, _token.End), declaration, imports.ToImmutable(), members.ToImmutable());
        }
        catch (SyntaxException error)
        {
            error.Declaration = declaration;
            throw;
        }
    }

    private ModuleDeclaration? ModuleDeclaration(in MemberHeader header)
    {
        if (Kind is not (TokenKind.Module or TokenKind.Extends or TokenKind.Amends))
            return null;
        var headerStart = header.ModifiersStartOr(_token.Start);
        var name = Accept(TokenKind.Module) ? QualifiedIdentifier() : null;
        var inheritance = InheritanceClause();
        var end = inheritance?.Span.End ?? name!.Span.End;
        return new ModuleDeclaration(
            SourceSpan.FromBounds(header.StartOr(headerStart), end), SourceSpan.FromBounds(headerStart, end),
            header.Doc, header.Annotations, header.Modifiers, name, inheritance);
    }

    private InheritanceClause? InheritanceClause()
    {
        if (Kind is not (TokenKind.Extends or TokenKind.Amends))
            return null;
        var keyword = Take();
        var uri = StringConstant();
        return new InheritanceClause(
            SourceSpan.Cover(keyword.Span, uri.Span), keyword.Kind == TokenKind.Extends ? InheritanceKind.Extends : InheritanceKind.Amends, uri);
    }

    private ImportClause ImportClause()
    {
        var keyword = Take();
        var uri = StringConstant();
        var alias = Accept(TokenKind.As) ? Identifier() : null;
        return new ImportClause(
            SourceSpan.Cover(keyword.Span, alias?.Span ?? uri.Span), uri, keyword.Kind == TokenKind.ImportGlob, alias);
    }

    private MemberHeader MemberHeaderOrNone()
    {
        var doc = Kind == TokenKind.DocComment ? DocComment() : null;
        ImmutableArray<Annotation> annotations = [];
        while (Kind == TokenKind.At)
            annotations = annotations.Add(Annotation());
        if (Kind.AsModifier() == Modifiers.None)
            return new MemberHeader(doc, annotations, null, Modifiers.None);
        var first = Span;
        var modifiers = ModifierList();
        return new MemberHeader(doc, annotations, SourceSpan.Cover(first, _last.Span), modifiers);
    }

    // Ordinary comments may stand between a doc comment's lines; an empty line ends it.
    private DocComment DocComment()
    {
        var first = TakeComment().Span;
        var last = first;
        while (Kind is TokenKind.DocComment or TokenKind.LineComment or TokenKind.BlockComment)
        {
            var comment = TakeComment();
            if (comment.LineEndsBefore > 1)
            {
                if (comment.Kind == TokenKind.DocComment)
                    Unread();
                break;
            }
            if (comment.Kind == TokenKind.DocComment)
                last = comment.Span;
        }
        while (Kind is TokenKind.LineComment or TokenKind.BlockComment)
            TakeComment();
        return new DocComment(SourceSpan.Cover(first, last));
    }

    /// <summary>Like <see cref="Take"/>, but comments are tokens.</summary>
    private Token TakeComment()
    {
        _last = _next;
        var afterSemicolon = false;
        TokenKind kind;
        while ((kind = _lexer.Next()) == TokenKind.Semicolon)
            afterSemicolon = true;
        _next = new Token(kind, _lexer.Start, _lexer.End, _lexer.LineEndsBefore, afterSemicolon);
        _token = _next;
        return _last;
    }

    private Annotation Annotation()
    {
        var start = Take().Start;
        var type = Type(null);
        var body = Kind == TokenKind.LeftBrace ? ObjectBody() : null;
        return new Annotation(SourceSpan.FromBounds(start, body?.Span.End ?? type.Span.End), type, body);
    }

    private ModuleMember ModuleMember(in MemberHeader header) => Kind switch
    {
        TokenKind.Identifier => Property(header),
        TokenKind.TypeAlias => TypeAlias(header),
        TokenKind.Class => Class(header),
        TokenKind.Function => Method(header),
        TokenKind.EndOfFile => throw Error(Messages.UnexpectedEndOfFile),
        TokenKind.DocComment => throw Error(Messages.DanglingDocComment),
        _ when Kind.IsKeyword() => throw Error(Messages.KeywordNotAllowedHere(Kind, Text(Span))),
        _ => throw Error(Messages.InvalidTopLevelToken),
    };

    private TypeAliasSyntax TypeAlias(in MemberHeader header)
    {
        var headerStart = header.ModifiersStartOr(Take().Start);
        var name = Identifier();
        var headerEnd = name.Span.End;
        var typeParameters = TypeParameterList(ref headerEnd);
        Expect(TokenKind.Assign, "=");
        var type = Type(null);
        return new TypeAliasSyntax(
            SourceSpan.FromBounds(header.StartOr(headerStart), type.Span.End), SourceSpan.FromBounds(headerStart, headerEnd),
            header.Doc, header.Annotations, header.Modifiers, name, typeParameters, type);
    }

    private ClassSyntax Class(in MemberHeader header)
    {
        var headerStart = header.ModifiersStartOr(Take().Start);
        var name = Identifier();
        var end = name.Span.End;
        var typeParameters = TypeParameterList(ref end);
        var superclass = Accept(TokenKind.Extends) ? Type(null) : null;
        end = superclass?.Span.End ?? end;
        var headerSpan = SourceSpan.FromBounds(headerStart, end);
        var members = Accept(TokenKind.LeftBrace) ? ClassMembers(ref end) : [];
        return new ClassSyntax(
            SourceSpan.FromBounds(header.StartOr(headerStart), end), headerSpan,
            header.Doc, header.Annotations, header.Modifiers, name, typeParameters, superclass, members);
    }

    private ImmutableArray<ModuleMember> ClassMembers(ref int end)
    {
        var members = ImmutableArray.CreateBuilder<ModuleMember>();
        while (Kind is not (TokenKind.RightBrace or TokenKind.EndOfFile))
        {
            var header = MemberHeaderOrNone();
            members.Add(Kind == TokenKind.Function ? Method(header) : Property(header));
        }
        if (Kind == TokenKind.EndOfFile)
            throw Error(Messages.MissingDelimiter("}"), AfterLast);
        end = Take().End;
        return members.ToImmutable();
    }

    private PropertySyntax Property(in MemberHeader header)
    {
        var name = Identifier();
        var headerStart = header.ModifiersStartOr(name.Span.Start);
        var type = TypeAnnotation();
        var headerEnd = type?.Span.End ?? name.Span.End;
        Expression? value = null;
        ImmutableArray<ObjectBody> bodies = [];
        if (Accept(TokenKind.Assign))
            value = Expression(null);
        else if (Kind == TokenKind.LeftBrace)
            bodies = type is null ? ObjectBodies() : throw Error(Messages.TypeAnnotationInAmends);
        else if (type is null)
            throw Error(Messages.InvalidProperty, name.Span);
        var end = value?.Span.End ?? (bodies.IsEmpty ? headerEnd : bodies[bodies.Length - 1].Span.End);
        return new PropertySyntax(
            SourceSpan.FromBounds(header.StartOr(headerStart), end), SourceSpan.FromBounds(headerStart, headerEnd),
            header.Doc, header.Annotations, header.Modifiers, name, type, value, bodies);
    }

    private MethodSyntax Method(in MemberHeader header)
    {
        var headerStart = header.ModifiersStartOr(Take().Start);
        var name = Identifier();
        var headerEnd = name.Span.End;
        var typeParameters = TypeParameterList(ref headerEnd);
        var parameters = ParameterList(out var list);
        var resultType = TypeAnnotation();
        headerEnd = resultType?.Span.End ?? list.End;
        var body = Accept(TokenKind.Assign) ? Expression(null) : null;
        return new MethodSyntax(
            SourceSpan.FromBounds(header.StartOr(headerStart), body?.Span.End ?? headerEnd), SourceSpan.FromBounds(headerStart, headerEnd),
            header.Doc, header.Annotations, header.Modifiers, name, typeParameters, parameters, resultType, body);
    }
}
