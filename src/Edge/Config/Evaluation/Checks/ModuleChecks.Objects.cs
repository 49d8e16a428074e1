using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// Object bodies.
internal sealed partial class ModuleChecks
{
    private void Visit(ImmutableArray<Parameter> parameters)
    {
        foreach (var parameter in parameters)
            if (parameter.Type is not null)
                Visit(parameter.Type);
    }

    private void Visit(ObjectBody body)
    {
        var outer = _scope;
        _scope = outer.Enter(ScopeKind.Object, outer.Definition);
        Visit(body.Parameters);
        VisitMembers(body, @for: null);
        CheckDuplicates(body);
        _scope = outer;
    }

    // Members that a `when` or `for` generates are told apart when the object is made.
    private void CheckDuplicates(ObjectBody body)
    {
        if (body.Members.Length < 2) return;
        foreach (var member in body.Members)
            if (member is MemberPredicate or ObjectSpread or WhenGenerator or ForGenerator)
                return;
        var names = new HashSet<(string Name, bool IsLocal, bool IsMethod)>();
        foreach (var member in body.Members)
        {
            var (name, isLocal, isMethod) = member switch
            {
                ObjectProperty property => (property.Name, (property.Modifiers & Modifiers.Local) != 0, false),
                ObjectMethod method => (method.Name, true, true),
                _ => (null, false, false),
            };
            if (name is not null && !names.Add((name.Text, isLocal, isMethod)))
                throw Fail(member is ObjectMethod duplicate ? duplicate.Header : name.Span, $"Duplicate definition of member `{name.Text}`.");
        }
        var keys = new HashSet<Value>();
        foreach (var member in body.Members)
            if (member is ObjectEntry entry && BodyLayout.ConstantKey(entry.Key) is null)
                return;
        foreach (var member in body.Members)
            if (member is ObjectEntry entry && !keys.Add(BodyLayout.ConstantKey(entry.Key)!))
                throw Fail(entry.Key.Span, $"Duplicate definition of member `{_module.Evaluator.Show(BodyLayout.ConstantKey(entry.Key)!)}`.");
    }

    private void VisitMembers(ObjectBody body, ForGenerator? @for)
    {
        for (var i = 1; i < body.Members.Length; i++)
            if (body.Members[i - 1].Span.End == body.Members[i].Span.Start)
                throw Fail(
                    body.Members[i].Span,
                    "Object members must be separated by whitespace, newline, or semicolon.\nObject entries must be separated by newline or semicolon.");
        foreach (var member in body.Members) Visit(member, @for);
    }

    private void Visit(ObjectMember member, ForGenerator? @for)
    {
        switch (member)
        {
            case ObjectProperty property:
                CheckOutsideFor(@for, "properties");
                VisitObjectProperty(property, property.Modifiers, property.Name, property.Type, property.Value, property.Bodies);
                break;
            case ObjectMethod method:
                CheckOutsideFor(@for, "methods");
                VisitObjectMethod(method, method.Header, method.Modifiers, method.Name, method.TypeParameters, method.Parameters, method.ResultType, method.Body);
                break;
            case ObjectElement element:
                VisitElement(member, element.Value, default);
                break;
            case ObjectEntry entry:
                Visit(entry.Key);
                VisitElement(member, entry.Value, entry.Bodies);
                break;
            case MemberPredicate predicate:
                var outer = _scope;
                _scope = outer.Enter(ScopeKind.CustomThis, outer.Definition);
                Visit(predicate.Predicate);
                _scope = outer;
                VisitElement(member, predicate.Value, predicate.Bodies);
                break;
            case ObjectSpread spread:
                Visit(spread.Value);
                break;
            case WhenGenerator @when:
                Visit(@when.Condition);
                VisitGenerated(@when.Then, @for);
                if (@when.Else is not null) VisitGenerated(@when.Else, @for);
                break;
            case ForGenerator generator:
                Visit(generator);
                break;
        }
    }

    private void Visit(ForGenerator generator)
    {
        if (generator.Key?.Name is { } key && generator.Value.Name is { } value && key.Text == value.Text)
            throw Fail(value.Span, $"Duplicate definition of member `{value.Text}`.");
        if (generator.Key?.Type is { } keyType) Visit(keyType);
        if (generator.Value.Type is { } valueType) Visit(valueType);
        Visit(generator.Source);
        var outer = _scope;
        _scope = outer.Enter(ScopeKind.For, outer.Definition);
        VisitGenerated(generator.Body, generator);
        _scope = outer;
    }

    private void VisitGenerated(ObjectBody body, ForGenerator? @for)
    {
        if (!body.Parameters.IsEmpty) throw Fail(body.Parameters[0].Span, "The body of a `for` or `when` generator cannot have parameters.");
        VisitMembers(body, @for);
    }

    private void CheckOutsideFor(ForGenerator? @for, string what)
    {
        if (@for is not null)
            throw Fail(new SourceSpan(@for.Span.Start, "for".Length), $"A for-generator cannot generate object {what} (only entries and elements).");
    }

    private void VisitElement(SyntaxNode definition, Expression? value, ImmutableArray<ObjectBody> bodies)
    {
        var outer = _scope;
        _scope = outer.Enter(ScopeKind.Member, definition, outer.Level);
        if (value is not null) VisitValue(value);
        else
            foreach (var body in bodies) Visit(body);
        _scope = outer;
    }

    private void VisitObjectProperty(
        SyntaxNode syntax, Modifiers modifiers, Identifier name, TypeSyntax? type, Expression? value, ImmutableArray<ObjectBody> bodies)
    {
        var header = SourceSpan.FromBounds(syntax is ModuleMember member ? member.Header.Start : syntax.Span.Start, name.Span.End);
        CheckModifiers(modifiers, ValidForObjectMember, "object members", header);
        var isLocal = (modifiers & Modifiers.Local) != 0;
        if ((modifiers & Modifiers.Const) != 0 && !isLocal)
            throw Fail(SpanOf("const", header), "Modifier `const` can only be applied to object members that are also `local`.");
        var outer = _scope;
        _scope = outer.Enter(ScopeKind.Member, syntax, LevelOf(modifiers));
        if (isLocal && value is null && type is not null) throw MissingValue(type);
        if (!isLocal && type is not null) throw Fail(type.Span, "A non-local object property cannot have a type annotation.");
        if (!bodies.IsDefaultOrEmpty)
        {
            if (isLocal)
                throw Fail(
                    bodies[0].Span, "A local property definition cannot be amended.",
                    "Use definition syntax instead, for example `local person = new { ... }` instead of `local person { ... }`.");
            foreach (var body in bodies) Visit(body);
        }
        else if (value is not null)
        {
            VisitValue(value);
        }
        if (type is not null) Visit(type);
        _scope = outer;
    }

    private void VisitObjectMethod(
        SyntaxNode syntax, SourceSpan header, Modifiers modifiers, Identifier name, ImmutableArray<TypeParameter> typeParameters,
        ImmutableArray<Parameter> parameters, TypeSyntax? resultType, Expression body)
    {
        CheckModifiers(modifiers, ValidForObjectMember, "object members", SourceSpan.FromBounds(header.Start, name.Span.End));
        if ((modifiers & Modifiers.Local) == 0)
            throw syntax is MethodSyntax
                ? Fail(
                    header, "Method needs a `local` modifier.",
                    "To define a non-local method, extend rather than amend the parent module (which must be `open` for extension).")
                : Fail(header, "Method needs a `local` modifier because it is defined in an object, not a class.");
        var outer = _scope;
        _scope = outer.Enter(ScopeKind.Member, syntax, LevelOf(modifiers));
        Check(typeParameters, isAlias: false);
        VisitValue(body);
        Visit(parameters);
        if (resultType is not null) Visit(resultType);
        _scope = outer;
    }
}
