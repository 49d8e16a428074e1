using System.Collections.Immutable;

namespace Edge.Config.Syntax;

internal ref partial struct SyntaxReader
{
    public ModuleSyntax Module()
    {
        var span = Span();
        var declaration = Flag() ? Declaration() : null;
        var imports = new ImportClause[Number()];
        for (var i = 0; i < imports.Length; i++)
            imports[i] = Import();
        return new ModuleSyntax(span, declaration, Own(imports), Members());
    }

    public ImmutableArray<ModuleMember> Members()
    {
        var count = Number();
        if (count == 0)
            return [];
        var members = new ModuleMember[count];
        for (var i = 0; i < members.Length; i++)
            members[i] = ModuleMember();
        return Own(members);
    }

    private ModuleDeclaration Declaration()
    {
        var span = Span();
        var header = InnerSpan(span);
        var doc = Doc();
        var annotations = Annotations();
        var modifiers = (Modifiers)Byte();
        var name = Flag() ? QualifiedIdentifier() : null;
        return new ModuleDeclaration(span, header, doc, annotations, modifiers, name, Flag() ? Inheritance() : null);
    }

    private InheritanceClause Inheritance()
    {
        var span = Span();
        var kind = (InheritanceKind)Byte();
        return new InheritanceClause(span, kind, StringConstant());
    }

    private ImportClause Import()
    {
        var span = Span();
        var uri = StringConstant();
        var isGlob = Flag();
        return new ImportClause(span, uri, isGlob, OptionalIdentifier());
    }

    private DocComment? Doc() => Flag() ? new DocComment(Span()) : null;

    private ImmutableArray<Annotation> Annotations()
    {
        var count = Number();
        if (count == 0)
            return [];
        var annotations = new Annotation[count];
        for (var i = 0; i < annotations.Length; i++)
        {
            var span = Span();
            var type = Type();
            annotations[i] = new Annotation(span, type, Flag() ? Body() : null);
        }
        return Own(annotations);
    }

    private ModuleMember ModuleMember()
    {
        var tag = (SyntaxTag)Byte();
        var span = Span();
        var header = InnerSpan(span);
        var doc = Doc();
        var annotations = Annotations();
        var modifiers = (Modifiers)Byte();
        var name = Identifier();
        switch (tag)
        {
            case SyntaxTag.Class:
                var classParameters = TypeParameters();
                var superclass = OptionalType();
                var length = Number();
                var block = _at;
                _at += length;
                _lastStart = span.Start;
                return new ClassSyntax(span, header, doc, annotations, modifiers, name, classParameters, superclass, _blob, block);
            case SyntaxTag.TypeAlias:
                var aliasParameters = TypeParameters();
                return new TypeAliasSyntax(span, header, doc, annotations, modifiers, name, aliasParameters, Type());
            case SyntaxTag.ModuleProperty:
                var type = OptionalType();
                var value = OptionalExpression();
                return new PropertySyntax(span, header, doc, annotations, modifiers, name, type, value, Bodies());
            default:
                var typeParameters = TypeParameters();
                var parameters = Parameters();
                var resultType = OptionalType();
                return new MethodSyntax(
                    span, header, doc, annotations, modifiers, name, typeParameters, parameters, resultType, OptionalExpression());
        }
    }

    private ImmutableArray<ObjectBody> Bodies()
    {
        var count = Number();
        if (count == 0)
            return [];
        var bodies = new ObjectBody[count];
        for (var i = 0; i < bodies.Length; i++)
            bodies[i] = Body();
        return Own(bodies);
    }

    private ObjectBody Body()
    {
        var span = Span();
        var parameters = Parameters();
        var count = Number();
        if (count == 0)
            return new ObjectBody(span, parameters, []);
        var members = new ObjectMember[count];
        for (var i = 0; i < members.Length; i++)
            members[i] = ObjectMember();
        return new ObjectBody(span, parameters, Own(members));
    }

    private ObjectMember ObjectMember()
    {
        var tag = (SyntaxTag)Byte();
        var span = Span();
        switch (tag)
        {
            case SyntaxTag.Element:
                return new ObjectElement(span, Expression());
            case SyntaxTag.Property:
                return ObjectProperty(span);
            case SyntaxTag.Method:
                return ObjectMethod(span);
            case SyntaxTag.Entry:
                var key = Expression();
                var entryValue = OptionalExpression();
                return new ObjectEntry(span, key, entryValue, Bodies());
            case SyntaxTag.Predicate:
                var predicate = Expression();
                var value = OptionalExpression();
                return new MemberPredicate(span, predicate, value, Bodies());
            case SyntaxTag.Spread:
                var spread = Expression();
                return new ObjectSpread(span, spread, Flag());
            case SyntaxTag.When:
                var condition = Expression();
                var then = Body();
                return new WhenGenerator(span, condition, then, Flag() ? Body() : null);
            default:
                var header = InnerSpan(span);
                var keyParameter = Flag() ? Parameter() : null;
                var valueParameter = Parameter();
                var source = Expression();
                return new ForGenerator(span, header, keyParameter, valueParameter, source, Body());
        }
    }

    private ObjectProperty ObjectProperty(SourceSpan span)
    {
        var modifiers = (Modifiers)Byte();
        var name = Identifier();
        var type = OptionalType();
        var value = OptionalExpression();
        return new ObjectProperty(span, modifiers, name, type, value, Bodies());
    }

    private ObjectMethod ObjectMethod(SourceSpan span)
    {
        var header = InnerSpan(span);
        var modifiers = (Modifiers)Byte();
        var name = Identifier();
        var typeParameters = TypeParameters();
        var parameters = Parameters();
        var resultType = OptionalType();
        return new ObjectMethod(span, header, modifiers, name, typeParameters, parameters, resultType, Expression());
    }
}
