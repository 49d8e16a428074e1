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
internal sealed partial class ClassValue : Value
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
        Superclass = module.SuperclassOf(this, syntax);
        Kind = !module.IsBase ? ClassKind.Typed : SimpleName switch
        {
            "Dynamic" => ClassKind.Dynamic,
            "Listing" => ClassKind.Listing,
            "Mapping" => ClassKind.Mapping,
            _ => IsExternal ? ClassKind.External : ClassKind.Typed,
        };
        Prototype = new ObjectValue(this, Superclass?.Prototype, module.Frame, syntax.MemberTable, 0);
    }

    /// <summary>The class of a module that does not amend another.</summary>
    public ClassValue(ModuleInstance module, ClassValue superclass, ObjectValue? prototypeParent)
    {
        Module = module;
        Modifiers = module.Syntax.Declaration?.Modifiers ?? Modifiers.None;
        SimpleName = "ModuleClass";
        QualifiedName = module.Name;
        Members = module.Syntax.Members;
        Superclass = superclass;
        Kind = ClassKind.Typed;
        Prototype = new ObjectValue(this, prototypeParent, module.RootFrame, module.Syntax.MemberTable, 0);
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
    public ClassValue? Superclass { get; }

    /// <summary>What every instance amends, directly or not; holds the properties' default values.</summary>
    public ObjectValue Prototype { get; }

    public Modifiers Modifiers { get; }

    public bool IsAbstract => (Modifiers & Modifiers.Abstract) != 0;

    public bool IsExternal => (Modifiers & Modifiers.External) != 0;

    public bool IsOpen => (Modifiers & (Modifiers.Open | Modifiers.Abstract)) != 0;

    public bool IsInstantiable => (Modifiers & (Modifiers.Abstract | Modifiers.External)) == 0;

    private System.Collections.Immutable.ImmutableArray<ModuleMember> Members { get; }

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
        var result = own is null || (own.Type is null && inherited is not null) ? inherited : new ClassProperty(this, own, inherited);
        _properties.Add(name, result);
        return result;
    }

    /// <summary>A method declared here or inherited. Not for local methods.</summary>
    internal ClassMethod? FindMethod(string name)
    {
        _methods ??= [];
        if (_methods.TryGetValue(name, out var found)) return found;
        var result = FindDeclaration<MethodSyntax>(name) is { } own ? new ClassMethod(this, own) : Superclass?.FindMethod(name);
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
