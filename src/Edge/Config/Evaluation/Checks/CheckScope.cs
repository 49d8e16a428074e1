using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>How much of what lies outside must be <c>const</c> to be used.</summary>
internal enum ConstLevel : byte
{
    None,

    /// <summary>In classes, type aliases and annotations: the module's members.</summary>
    Module,

    /// <summary>In constants: everything.</summary>
    All,
}

internal enum ScopeKind : byte
{
    Module,
    Class,
    TypeAlias,
    Annotation,
    Object,
    For,
    Lambda,

    /// <summary>A constraint or predicate, which has a <c>this</c> of its own.</summary>
    CustomThis,

    /// <summary>A property, method, entry or element.</summary>
    Member,
}

/// <summary>Where the checks are in a module.</summary>
/// <param name="parent">The scope around.</param>
/// <param name="kind">What opened it.</param>
/// <param name="definition">The definition whose name an error bears.</param>
/// <param name="level">The scope's own const level; that of a scope inside is never lower.</param>
internal sealed class CheckScope(CheckScope? parent, ScopeKind kind, SyntaxNode definition, ConstLevel level)
{
    public CheckScope? Parent => parent;

    public ScopeKind Kind => kind;

    public SyntaxNode Definition => definition;

    public ConstLevel Level { get; } = parent is not null && parent.Level > level ? parent.Level : level;

    public bool IsLexical => kind is not (ScopeKind.CustomThis or ScopeKind.Member or ScopeKind.TypeAlias);

    public CheckScope Lexical
    {
        get
        {
            var scope = this;
            while (!scope.IsLexical) scope = scope.Parent!;
            return scope;
        }
    }

    public CheckScope? OuterLexical => Lexical.Parent?.Lexical;

    /// <summary>How many lexical levels outwards are still inside the constant, from 0; -1 where none is.</summary>
    public int ConstDepth
    {
        get
        {
            var depth = -1;
            for (var scope = Lexical; scope is not null && scope.Level == ConstLevel.All; scope = scope.Parent?.Lexical) depth++;
            return depth;
        }
    }

    /// <summary>Whether what <c>this</c> means here must be constant.</summary>
    public bool NeedsConstThis => Level == ConstLevel.All && ConstDepth == -1;

    public CheckScope Enter(ScopeKind inner, SyntaxNode definition, ConstLevel own = ConstLevel.None) => new(this, inner, definition, own);
}
