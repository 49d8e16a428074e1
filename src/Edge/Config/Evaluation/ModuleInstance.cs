using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>A module loaded into an evaluation: its text, its tree and the object that it denotes.</summary>
internal sealed class ModuleInstance
{
    private readonly Dictionary<string, Value?> _types = [];
    private readonly Dictionary<TypeSyntax, RuntimeType> _resolved = new(ReferenceEqualityComparer.Instance);

    public ModuleInstance(Evaluator evaluator, SourceText source, ModuleSyntax syntax)
    {
        Evaluator = evaluator;
        Source = source;
        Syntax = syntax;
        Name = syntax.Declaration?.Name?.Text ?? ModuleName.Infer(source.Uri);
        IsBase = source.Uri == "pkl:base";
        IsLibrary = source.Uri.StartsWith("pkl:", StringComparison.Ordinal);
        RootFrame = new Frame(this, null, LexicalLevel.Root, NullValue.Instance, null);
    }

    public Evaluator Evaluator { get; }

    public SourceText Source { get; }

    public ModuleSyntax Syntax { get; }

    /// <summary>The declared name, or the file's name without its extension.</summary>
    public string Name { get; }

    public bool IsBase { get; }

    /// <summary>Whether it is one of the modules that come with the language.</summary>
    public bool IsLibrary { get; }

    public bool IsAmending => Syntax.Declaration?.Inheritance?.Kind == InheritanceKind.Amends;

    /// <summary>The module that this one amends or extends.</summary>
    public ModuleInstance? Parent { get; private set; }

    /// <summary>The module's own class, or for an amending module the amended one's.</summary>
    public ClassValue Class { get; private set; } = null!;

    /// <summary>The module as a value.</summary>
    public ObjectValue Self { get; private set; } = null!;

    /// <summary>Outside the module: names end here.</summary>
    internal Frame RootFrame { get; }

    /// <summary>The module's own level, with the module itself as receiver: classes and type aliases live in it.</summary>
    internal Frame Frame { get; private set; } = null!;

    /// <summary>Makes the module's class and object.</summary>
    internal void Initialize(ModuleInstance? parent)
    {
        Parent = parent;
        if (IsAmending)
        {
            Class = parent!.Class;
            Self = new ObjectValue(Class, parent.Self, RootFrame, Syntax.MemberTable, 0);
            Frame = new Frame(this, RootFrame, Syntax.Level, Self, Self);
            return;
        }
        // The superclass of the base module's class is one of its own classes, so that the frame comes first.
        Self = new ObjectValue(RootFrame, Syntax.MemberTable);
        Frame = new Frame(this, RootFrame, Syntax.Level, Self, Self);
        Class = new ClassValue(this, Self, () => parent?.Class ?? Evaluator.Base.ModuleClass);
    }

    /// <summary>A class or type alias that this module declares, local ones included; null where there is none.</summary>
    internal Value? FindType(string name)
    {
        if (_types.TryGetValue(name, out var known)) return known;
        foreach (var member in Syntax.Members)
        {
            if (!ReferenceEquals(member.Name.Text, name)) continue;
            switch (member)
            {
                case ClassSyntax @class:
                    var made = new ClassValue(this, @class);
                    _types[name] = made;
                    Evaluator.Enter(this, @class);
                    made.Initialize();
                    if (!IsLibrary) Declarations.Check(made);
                    Evaluator.Leave();
                    return made;
                case TypeAliasSyntax alias:
                    var value = new TypeAliasValue(this, alias);
                    _types[name] = value;
                    if (!IsLibrary) value.Check();
                    return value;
            }
        }
        _types.Add(name, null);
        return null;
    }

    /// <summary>The value of a class or type alias member; its look-up started at an object that may amend this module.</summary>
    internal Value TypeMember(SyntaxMember member, Value receiver) => FindType(member.Name!)!;

    /// <summary>A type of this module with its names resolved, once.</summary>
    internal RuntimeType TypeOf(TypeSyntax syntax, TypeVariables? variables = null)
    {
        if (_resolved.TryGetValue(syntax, out var type)) return type;
        type = new TypeResolver(this, variables).Resolve(syntax);
        _resolved[syntax] = type;
        return type;
    }

    /// <summary>The module's import of that name, evaluated when it is first used.</summary>
    internal ModuleInstance? FindImport(string name)
    {
        foreach (var import in Syntax.Imports)
            if (ReferenceEquals(ModuleName.OfImport(import), name))
                return import.IsGlob ? null : Load(import.Uri, import.Span);
        return null;
    }

    /// <summary>The value of an import clause.</summary>
    internal Value Import(ImportClause import) => Import(import.Uri, import.IsGlob, import.Span);

    /// <param name="uri">The module's URI.</param>
    /// <param name="isGlob">Whether it is a pattern.</param>
    /// <param name="site">What an error points at.</param>
    internal Value Import(StringConstant uri, bool isGlob, SourceSpan site)
    {
        if (isGlob) throw Evaluator.FailAt(this, site, $"Glob imports are not supported: `{uri.Value}`.", "Import the modules one by one.");
        return Load(uri, site).Self;
    }

    internal ModuleInstance Load(StringConstant uri, SourceSpan site)
    {
        Evaluator.At(this, site);
        return Evaluator.Modules.Import(this, uri);
    }

    internal QualifiedNames? Names { get; set; }

    /// <summary>The qualified name of a member or function of this module, such as <c>server#Tls.port</c>.</summary>
    internal string? NameOf(SyntaxNode definition) => QualifiedNames.Of(this, definition);
}
