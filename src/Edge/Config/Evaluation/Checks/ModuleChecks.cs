using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>
/// What Pkl rejects when it loads a module, before anything is evaluated: modifiers, duplicates, missing values, <c>new</c> without a
/// parent. The walk also notes in names and accesses how constant what they find must be; the prebuilt modules are not walked.
/// </summary>
internal sealed partial class ModuleChecks
{
    private const Modifiers ValidForModule = Modifiers.Abstract | Modifiers.Open;
    private const Modifiers ValidForClass = Modifiers.Abstract | Modifiers.Open | Modifiers.Local | Modifiers.External;
    private const Modifiers ValidForTypeAlias = Modifiers.Local | Modifiers.External;
    private const Modifiers ValidForMethod = Modifiers.Abstract | Modifiers.Local | Modifiers.External | Modifiers.Const;

    private const Modifiers ValidForProperty =
        Modifiers.Abstract | Modifiers.Local | Modifiers.Hidden | Modifiers.External | Modifiers.Fixed | Modifiers.Const;

    private const Modifiers ValidForObjectMember = Modifiers.Local | Modifiers.Const;

    private readonly ModuleInstance _module;
    private CheckScope _scope;

    private ModuleChecks(ModuleInstance module)
    {
        _module = module;
        _scope = new CheckScope(null, ScopeKind.Module, module.Syntax, ConstLevel.None);
    }

    /// <exception cref="EvaluationException">where the module is rejected</exception>
    public static void Check(ModuleInstance module) => new ModuleChecks(module).VisitModule();

    /// <summary>The version that <c>@ModuleInfo { minPklVersion = "..." }</c> asks for, where it is more than this one.</summary>
    public static string? UnsatisfiedVersion(ModuleDeclaration? declaration)
    {
        foreach (var annotation in declaration?.Annotations ?? [])
        {
            if (annotation is not { Type: DeclaredType { Name.Text: "ModuleInfo" }, Body: { } body }) continue;
            foreach (var member in body.Members)
                if (member is ObjectProperty { Name.Text: "minPklVersion", Value: StringLiteral { IsConstant: true } version } && !PklVersion.Satisfies(version.ConstantText))
                    return version.ConstantText;
        }
        return null;
    }

    private EvaluationException Fail(SourceSpan span, string headline, string? hint = null)
    {
        _module.Evaluator.At(_module, span);
        var frames = _module.Evaluator.CaptureFrames();
        return new EvaluationException(headline, frames.IsEmpty ? frames : frames.SetItem(0, frames[0] with { Name = _module.NameOf(_scope.Definition) }), hint);
    }

    private void VisitModule()
    {
        var syntax = _module.Syntax;
        if (syntax.Declaration is { } declaration)
        {
            Visit(declaration.Annotations);
            CheckModifiers(declaration.Modifiers, ValidForModule, "modules", declaration.Header);
            if (_module.IsAmending) CheckModifiers(declaration.Modifiers, Modifiers.None, "modules that amend another module", declaration.Header);
        }
        var names = new HashSet<string>();
        if (syntax.Declaration?.Inheritance is { } inheritance) CheckUri(inheritance.Uri);
        foreach (var import in syntax.Imports)
        {
            CheckUri(import.Uri);
            CheckNew(names, ModuleName.OfImport(import), import.Span);
        }
        foreach (var member in syntax.Members)
            if (member is ClassSyntax @class)
            {
                Visit(@class);
                CheckLocal(member, "Class", "class");
                CheckNew(names, member.Name.Text, member.Header);
            }
        foreach (var member in syntax.Members)
            if (member is TypeAliasSyntax alias)
            {
                Visit(alias);
                CheckLocal(member, "Type alias", "type alias");
                CheckNew(names, member.Name.Text, member.Header);
            }
        if (!_module.IsAmending)
        {
            VisitMembers(syntax.Members, names);
            return;
        }
        foreach (var member in syntax.Members)
            if (member is PropertySyntax property)
            {
                Visit(property.Annotations);
                VisitObjectProperty(property, property.Modifiers, property.Name, property.Type, property.Value, property.Bodies);
                CheckNew(names, property.Name.Text, property.Name.Span);
            }
        foreach (var member in syntax.Members)
            if (member is MethodSyntax method)
                VisitObjectMethod(method, method.Header, method.Modifiers, method.Name, method.TypeParameters, method.Parameters, method.ResultType, method.Body!);
    }

    private void VisitMembers(ImmutableArray<ModuleMember> members, HashSet<string> names)
    {
        foreach (var member in members)
            if (member is PropertySyntax property)
            {
                Visit(property);
                CheckNew(names, property.Name.Text, property.Header);
            }
        var methods = new HashSet<string>();
        foreach (var member in members)
            if (member is MethodSyntax method)
            {
                Visit(method);
                CheckNew(methods, method.Name.Text, method.Header);
            }
    }

    private void Visit(ClassSyntax syntax)
    {
        Check(syntax.TypeParameters, isAlias: false);
        CheckModifiers(syntax.Modifiers, ValidForClass, "classes", syntax.Header);
        var outer = _scope;
        _scope = outer.Enter(ScopeKind.Class, syntax, ConstLevel.Module);
        if (syntax.Superclass is not null)
        {
            Visit(syntax.Superclass);
            if (syntax.Superclass is not (DeclaredType or ModuleType))
                throw Fail(syntax.Superclass.Span, $"`{_module.Source.TextOf(syntax.Superclass.Span)}` is not a valid supertype.");
        }
        Visit(syntax.Annotations);
        VisitMembers(syntax.Members, []);
        _scope = outer;
    }

    private void Visit(TypeAliasSyntax syntax)
    {
        CheckModifiers(syntax.Modifiers, ValidForTypeAlias, "type aliases", syntax.Header);
        Check(syntax.TypeParameters, isAlias: true);
        var outer = _scope;
        _scope = outer.Enter(ScopeKind.TypeAlias, syntax, ConstLevel.Module);
        Visit(syntax.Annotations);
        Visit(syntax.Type);
        _scope = outer;
    }

    private void Visit(PropertySyntax syntax)
    {
        Visit(syntax.Annotations);
        CheckModifiers(syntax.Modifiers, ValidForProperty, "properties", syntax.Header);
        var outer = _scope;
        _scope = outer.Enter(ScopeKind.Member, syntax, LevelOf(syntax.Modifiers));
        if (syntax.Value is not null)
        {
            CheckBodiless(syntax.Modifiers, syntax.Header);
            VisitValue(syntax.Value);
        }
        else if (!syntax.Bodies.IsDefaultOrEmpty)
        {
            if (syntax.Type is not null)
                throw Fail(
                    syntax.Span, "A property definition cannot be amended.",
                    "Use definition syntax instead, for example `person: Person = new { ... }` instead of `person: Person { ... }`.");
            foreach (var body in syntax.Bodies) Visit(body);
        }
        else if ((syntax.Modifiers & Modifiers.Local) != 0)
        {
            throw MissingValue(syntax.Type!);
        }
        if (syntax.Type is not null) Visit(syntax.Type);
        _scope = outer;
    }

    private void Visit(MethodSyntax syntax)
    {
        Check(syntax.TypeParameters, isAlias: false);
        CheckModifiers(syntax.Modifiers, ValidForMethod, "methods", syntax.Header);
        var outer = _scope;
        _scope = outer.Enter(ScopeKind.Member, syntax, LevelOf(syntax.Modifiers));
        if (syntax.Body is not null)
        {
            CheckBodiless(syntax.Modifiers, syntax.Header);
            VisitValue(syntax.Body);
        }
        else if ((syntax.Modifiers & (Modifiers.External | Modifiers.Abstract)) == 0)
        {
            throw Fail(syntax.Header, $"Method `{syntax.Name.Text}` is missing a body.");
        }
        Visit(syntax.Annotations);
        Visit(syntax.Parameters);
        if (syntax.ResultType is not null) Visit(syntax.ResultType);
        _scope = outer;
    }

    private void Visit(ImmutableArray<Annotation> annotations)
    {
        foreach (var annotation in annotations)
        {
            Visit(annotation.Type);
            if (annotation.Body is null) continue;
            var outer = _scope;
            _scope = outer.Enter(ScopeKind.Annotation, outer.Definition, ConstLevel.Module);
            Visit(annotation.Body);
            _scope = outer;
        }
    }

    private void Check(ImmutableArray<TypeParameter> parameters, bool isAlias)
    {
        if (parameters.IsEmpty) return;
        if (!isAlias) throw Fail(parameters[0].Span, "Only standard library members can have type parameters.");
        for (var i = 1; i < parameters.Length; i++)
            for (var j = 0; j < i; j++)
                if (parameters[i].Name.Text == parameters[j].Name.Text)
                    throw Fail(parameters[i].Span, $"Duplicate type parameter `{parameters[i].Name.Text}`.");
    }

    private void CheckBodiless(Modifiers modifiers, SourceSpan header)
    {
        if ((modifiers & Modifiers.External) != 0) throw Fail(header, "External members cannot have a body.");
        if ((modifiers & Modifiers.Abstract) != 0) throw Fail(header, "Abstract members cannot have a body.");
    }

    private void CheckUri(StringConstant uri)
    {
        if (ModuleLoader.InvalidIn(uri.Value) is { } reason) throw Fail(uri.Span, $"Module URI `{uri.Value}` has invalid syntax.", reason);
    }

    private void CheckLocal(ModuleMember member, string what, string name)
    {
        if (_module.IsAmending && (member.Modifiers & Modifiers.Local) == 0)
            throw Fail(
                member.Header, $"{what} needs a `local` modifier.",
                $"To define a non-local {name}, extend rather than amend the parent module (which must be `open` for extension).");
    }

    private void CheckNew(HashSet<string> names, string name, SourceSpan header)
    {
        if (!names.Add(name)) throw Fail(header, $"Duplicate definition of member `{name}`.");
    }

    private EvaluationException MissingValue(TypeSyntax type) => Fail(new SourceSpan(type.Span.End, 0), "Missing property value.");

    private ConstLevel LevelOf(Modifiers modifiers) => (modifiers & Modifiers.Const) != 0 ? ConstLevel.All : _scope.Level;

    private void CheckModifiers(Modifiers modifiers, Modifiers valid, string where, SourceSpan header)
    {
        if (modifiers == Modifiers.None) return;
        var offender = SourceSpan.FromBounds(header.End, header.End);
        foreach (var (modifier, name) in ModifierNames)
        {
            if ((modifiers & modifier & ~valid) == 0) continue;
            var span = SpanOf(name, header);
            if (span.Start < offender.Start) offender = span;
        }
        if (offender.Length > 0) throw Fail(offender, $"Modifier `{_module.Source.TextOf(offender)}` is not applicable to {where}.");
        if ((modifiers & Modifiers.External) != 0) throw Fail(SpanOf("external", header), "External members can only be defined by standard library modules.");
        if ((modifiers & Modifiers.Local) != 0)
        {
            if ((modifiers & Modifiers.Hidden) != 0) throw Fail(SpanOf("hidden", header), "Modifier `hidden` is redundant here; just use `local`.");
            if ((modifiers & Modifiers.Fixed) != 0) throw Fail(SpanOf("fixed", header), "Modifier `fixed` is redundant here; just use `local`.");
        }
        if ((modifiers & (Modifiers.Abstract | Modifiers.Open)) == (Modifiers.Abstract | Modifiers.Open))
            throw Fail(SpanOf("open", header), "Modifier `open` is redundant here; just use `abstract`.");
    }

    private static readonly (Modifiers Modifier, string Name)[] ModifierNames =
    [
        (Modifiers.Abstract, "abstract"), (Modifiers.Open, "open"), (Modifiers.External, "external"), (Modifiers.Local, "local"),
        (Modifiers.Hidden, "hidden"), (Modifiers.Fixed, "fixed"), (Modifiers.Const, "const"),
    ];

    // The tree does not keep the modifiers' places.
    private SourceSpan SpanOf(string modifier, SourceSpan header)
    {
        var at = _module.Source.TextOf(header).IndexOf(modifier, StringComparison.Ordinal);
        return new SourceSpan(header.Start + Math.Max(at, 0), modifier.Length);
    }
}
