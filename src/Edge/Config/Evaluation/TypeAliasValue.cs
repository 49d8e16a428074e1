using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>A type alias as a value.</summary>
internal sealed class TypeAliasValue(ModuleInstance module, TypeAliasSyntax syntax) : Value
{
    private RuntimeType? _resolved;
    private bool _isResolving;

    public ModuleInstance Module { get; } = module;

    public TypeAliasSyntax Syntax { get; } = syntax;

    public string SimpleName => Syntax.Name.Text;

    /// <summary>Such as <c>pkl.base#NonNull</c>.</summary>
    public string QualifiedName => $"{Module.Name}#{SimpleName}";

    /// <summary>As errors and renderers show it: without the module's name for <c>pkl.base</c>.</summary>
    public string DisplayName => Module.IsBase ? SimpleName : QualifiedName;

    /// <summary>Resolves the alias, so that a misspelt name in it is found although nothing uses it.</summary>
    internal void Check()
    {
        Module.Evaluator.Enter(Module, Syntax);
        _isResolving = true;
        try
        {
            var variables = Syntax.TypeParameters.IsEmpty ? null : new TypeVariables(null, Syntax.TypeParameters);
            _resolved = new TypeResolver(Module, variables).Resolve(Syntax.Type);
        }
        finally
        {
            _isResolving = false;
        }
        Module.Evaluator.Leave();
    }

    /// <summary>What the alias stands for, with its type arguments in place.</summary>
    internal RuntimeType Resolve(Evaluator evaluator, ModuleInstance user, TypeSyntax use, ImmutableArray<RuntimeType> arguments)
    {
        if (_isResolving) throw evaluator.FailAt(user, use.Span, "Type alias definitions must not be cyclic.");
        _isResolving = true;
        try
        {
            return Syntax.TypeParameters.IsEmpty
                ? _resolved ??= Module.TypeOf(Syntax.Type)
                : new TypeResolver(Module, new TypeVariables(null, Syntax.TypeParameters, arguments)).Resolve(Syntax.Type);
        }
        finally
        {
            _isResolving = false;
        }
    }

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);

    public override string ToString() => DisplayName;
}
