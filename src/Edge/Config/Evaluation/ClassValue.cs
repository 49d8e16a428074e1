using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>The classes whose instances the evaluator treats specially.</summary>
internal enum ClassKind : byte
{
    /// <summary>Instances are not objects: <c>String</c>, <c>List</c> and the like.</summary>
    External,
    Typed,
    Dynamic,
    Listing,
    Mapping,
}

/// <summary>A class: its declaration, its superclass and the prototype that its instances amend. Equal to itself only.</summary>
internal sealed class ClassValue : Value
{
    private Dictionary<string, ClassProperty?>? _properties;
    private Dictionary<string, ClassMethod?>? _methods;

    /// <summary>A class declared in a module.</summary>
    public ClassValue(ModuleInstance module, ClassSyntax syntax)
    {
        Module = module;
        Syntax = syntax;
        Modifiers = syntax.Modifiers;
        SimpleName = syntax.Name.Text;
        QualifiedName = $"{module.Name}#{SimpleName}";
        Members = syntax.Members;
        Level = syntax.Level;
        Kind = !module.IsBase ? ClassKind.Typed : SimpleName switch
        {
            "Dynamic" => ClassKind.Dynamic,
            "Listing" => ClassKind.Listing,
            "Mapping" => ClassKind.Mapping,
            _ => IsExternal ? ClassKind.External : ClassKind.Typed,
        };
        Prototype = new ObjectValue(module.Frame, syntax.MemberTable);
        Prototype.Become(this, null);
    }

    /// <summary>The class of a module that does not amend another; the module itself is the prototype.</summary>
    public ClassValue(ModuleInstance module, ObjectValue prototype, Func<ClassValue> superclass)
    {
        Module = module;
        Modifiers = module.Syntax.Declaration?.Modifiers ?? Modifiers.None;
        SimpleName = "ModuleClass";
        QualifiedName = module.Name;
        Members = module.Syntax.Members;
        Level = module.Syntax.Level;
        Kind = ClassKind.Typed;
        Prototype = prototype;
        Prototype.Become(this, null);
        Superclass = superclass();
        Prototype.Become(this, Superclass.Prototype);
    }

    /// <summary>Finds the superclass. Apart from construction, because classes may refer to one another.</summary>
    internal void Initialize()
    {
        Superclass = Superclasses.Of(this, Syntax!);
        Prototype.Become(this, Superclass?.Prototype);
    }

    public Evaluator Evaluator => Module.Evaluator;

    public ModuleInstance Module { get; }

    /// <summary>The declaration; null for a module's class.</summary>
    public ClassSyntax? Syntax { get; }

    public ClassKind Kind { get; }

    /// <summary>Such as <c>String</c>; a module class's is <c>ModuleClass</c>.</summary>
    public string SimpleName { get; }

    /// <summary>Such as <c>pkl.base#String</c>; a module class's is its module's name.</summary>
    public string QualifiedName { get; }

    /// <summary>As errors and renderers show it: the simple name for <c>pkl.base</c>, otherwise the qualified one.</summary>
    public string DisplayName => Module.IsBase && Syntax is not null ? SimpleName : QualifiedName;

    public bool IsModuleClass => Syntax is null;

    /// <summary>Null for <c>Any</c> only.</summary>
    public ClassValue? Superclass { get; private set; }

    /// <summary>What every instance amends, directly or not; holds the properties' default values.</summary>
    public ObjectValue Prototype { get; }

    public Modifiers Modifiers { get; }

    public bool IsAbstract => (Modifiers & Modifiers.Abstract) != 0;

    public bool IsExternal => (Modifiers & Modifiers.External) != 0;

    public bool IsOpen => (Modifiers & (Modifiers.Open | Modifiers.Abstract)) != 0;

    public bool IsInstantiable => (Modifiers & (Modifiers.Abstract | Modifiers.External)) == 0;

    private ImmutableArray<ModuleMember> Members { get; }

    /// <summary>The names that the class's body defines.</summary>
    internal LexicalLevel Level { get; }

    /// <summary>The name under which the library keeps the class's external members.</summary>
    internal string ExternalName => Syntax is not null ? SimpleName : Module.Name["pkl.".Length..];

    /// <summary>The class's type parameters, which only the library's classes have.</summary>
    internal TypeVariables? TypeVariables => Syntax is { TypeParameters.IsEmpty: false } ? field ??= new TypeVariables(null, Syntax.TypeParameters) : null;

    public bool IsSubclassOf(ClassValue other)
    {
        for (var c = this; c is not null; c = c.Superclass)
            if (ReferenceEquals(c, other))
                return true;
        return false;
    }

    /// <summary>
    /// The declaration that gives a property its type: the nearest one that has a type annotation, else the first of all. Not for
    /// local properties.
    /// </summary>
    internal ClassProperty? FindProperty(string name)
    {
        _properties ??= [];
        if (_properties.TryGetValue(name, out var found)) return found;
        var inherited = Superclass?.FindProperty(name);
        var own = FindDeclaration<PropertySyntax>(name);
        var result = own is null || (own.Type is null && inherited is not null) ? inherited : new ClassProperty(this, own);
        _properties.Add(name, result);
        return result;
    }

    /// <summary>A method declared here or inherited. Not for local methods.</summary>
    internal ClassMethod? FindMethod(string name)
    {
        _methods ??= [];
        if (_methods.TryGetValue(name, out var found)) return found;
        var own = Level.Names!.FindMethod(name);
        var result = own is { IsLocal: false } ? new ClassMethod(this, own) : Superclass?.FindMethod(name);
        _methods.Add(name, result);
        return result;
    }

    /// <summary>Whether any declaration of the property says <c>hidden</c>.</summary>
    internal bool IsHidden(string name)
    {
        for (var c = this; c is not null; c = c.Superclass)
            if (c.FindDeclaration<PropertySyntax>(name) is { } own && (own.Modifiers & Modifiers.Hidden) != 0)
                return true;
        return false;
    }

    private T? FindDeclaration<T>(string name) where T : ModuleMember
    {
        foreach (var member in Members)
            if (member is T found && ReferenceEquals(found.Name.Text, name) && (found.Modifiers & Modifiers.Local) == 0)
                return found;
        return null;
    }

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    public override string ToString() => DisplayName;
}
