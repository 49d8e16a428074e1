namespace Edge.Config.Syntax;

internal sealed partial class SyntaxWriter
{
    private void Module(ModuleSyntax module)
    {
        Span(module.Span);
        Optional(module.Declaration, Declaration);
        List(module.Imports, Import);
        List(module.Members, Member);
    }

    private void Declaration(ModuleDeclaration declaration)
    {
        Span(declaration.Span);
        InnerSpan(declaration.Header, declaration);
        Optional(declaration.Doc, d => Span(d.Span));
        List(declaration.Annotations, Annotation);
        Byte((byte)declaration.Modifiers);
        Optional(declaration.Name, QualifiedIdentifier);
        Optional(declaration.Inheritance, Inheritance);
    }

    private void Inheritance(InheritanceClause clause)
    {
        Span(clause.Span);
        Byte((byte)clause.Kind);
        StringConstant(clause.Uri);
    }

    private void Import(ImportClause clause)
    {
        Span(clause.Span);
        StringConstant(clause.Uri);
        Flag(clause.IsGlob);
        Optional(clause.Alias, Identifier);
    }

    private void Annotation(Annotation annotation)
    {
        Span(annotation.Span);
        Type(annotation.Type);
        Optional(annotation.Body, Body);
    }

    private void MemberHeader(SyntaxTag tag, ModuleMember member)
    {
        Tag(tag, member);
        InnerSpan(member.Header, member);
        Optional(member.Doc, d => Span(d.Span));
        List(member.Annotations, Annotation);
        Byte((byte)member.Modifiers);
        Identifier(member.Name);
    }

    private void Member(ModuleMember member)
    {
        switch (member)
        {
            case ClassSyntax c:
                MemberHeader(SyntaxTag.Class, c);
                List(c.TypeParameters, TypeParameter);
                Type(c.Superclass);
                ClassMembers(c);
                break;
            case TypeAliasSyntax a:
                MemberHeader(SyntaxTag.TypeAlias, a);
                List(a.TypeParameters, TypeParameter);
                Type(a.Type);
                break;
            case PropertySyntax p:
                MemberHeader(SyntaxTag.ModuleProperty, p);
                Type(p.Type);
                Expression(p.Value);
                List(p.Bodies, Body);
                break;
            case MethodSyntax m:
                MemberHeader(SyntaxTag.ModuleMethod, m);
                List(m.TypeParameters, TypeParameter);
                List(m.Parameters, Parameter);
                Type(m.ResultType);
                Expression(m.Body);
                break;
            default:
                throw new ArgumentException($"{member.GetType().Name} cannot be written.", nameof(member));
        }
    }

    // A block that can be read later: it depends on nothing before it but the class's own start.
    private void ClassMembers(ClassSyntax c)
    {
        var start = _length;
        _lastStart = c.Span.Start;
        List(c.Members, Member);
        var length = _length - start;
        Number(length);
        var lengthSize = _length - start - length;
        var block = _bytes.AsSpan(start, length + lengthSize);
        var size = block.Slice(length).ToArray();
        block.Slice(0, length).CopyTo(block.Slice(lengthSize));
        size.CopyTo(block);
        _lastStart = c.Span.Start;
    }

    private void Body(ObjectBody body)
    {
        Span(body.Span);
        List(body.Parameters, Parameter);
        List(body.Members, Member);
    }

    private void Member(ObjectMember member)
    {
        switch (member)
        {
            case ObjectElement e:
                Tag(SyntaxTag.Element, e);
                Expression(e.Value);
                break;
            case ObjectProperty p:
                Tag(SyntaxTag.Property, p);
                Byte((byte)p.Modifiers);
                Identifier(p.Name);
                Type(p.Type);
                Expression(p.Value);
                List(p.Bodies, Body);
                break;
            case ObjectMethod m:
                Tag(SyntaxTag.Method, m);
                InnerSpan(m.Header, m);
                Byte((byte)m.Modifiers);
                Identifier(m.Name);
                List(m.TypeParameters, TypeParameter);
                List(m.Parameters, Parameter);
                Type(m.ResultType);
                Expression(m.Body);
                break;
            case ObjectEntry e:
                Tag(SyntaxTag.Entry, e);
                Expression(e.Key);
                Expression(e.Value);
                List(e.Bodies, Body);
                break;
            case MemberPredicate p:
                Tag(SyntaxTag.Predicate, p);
                Expression(p.Predicate);
                Expression(p.Value);
                List(p.Bodies, Body);
                break;
            case ObjectSpread s:
                Tag(SyntaxTag.Spread, s);
                Expression(s.Value);
                Flag(s.IsNullSafe);
                break;
            case WhenGenerator w:
                Tag(SyntaxTag.When, w);
                Expression(w.Condition);
                Body(w.Then);
                Optional(w.Else, Body);
                break;
            case ForGenerator f:
                Tag(SyntaxTag.For, f);
                InnerSpan(f.Header, f);
                Optional(f.Key, Parameter);
                Parameter(f.Value);
                Expression(f.Source);
                Body(f.Body);
                break;
            default:
                throw new ArgumentException($"{member.GetType().Name} cannot be written.", nameof(member));
        }
    }
}
