using System.Runtime.CompilerServices;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>A type alias as a value.</summary>
internal sealed partial class TypeAliasValue(ModuleInstance module, TypeAliasSyntax syntax) : Value
{
    public ModuleInstance Module { get; } = module;

    public TypeAliasSyntax Syntax { get; } = syntax;

    public string SimpleName => Syntax.Name.Text;

    /// <summary>Such as <c>pkl.base#NonNull</c>.</summary>
    public string QualifiedName => $"{Module.Name}#{SimpleName}";

    /// <summary>As errors and renderers show it: without the module's name for <c>pkl.base</c>.</summary>
    public string DisplayName => Module.IsBase ? SimpleName : QualifiedName;

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    public override string ToString() => DisplayName;
}
