using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

internal enum LevelKind : byte
{
    /// <summary>Outside every module.</summary>
    Root,
    Module,
    Class,
    Object,

    /// <summary>A function literal's or <c>let</c>'s parameters; <c>outer</c> counts it.</summary>
    Function,

    /// <summary>A <c>for</c>'s variables while its keys and sources are computed, or a constraint's or predicate's own <c>this</c>.</summary>
    Transparent,
}

/// <summary>The names that one lexical level defines: parameters first, then members. A fact of the syntax, shared by all evaluations.</summary>
internal sealed class LexicalLevel(LevelKind kind, BodyNames? names, params ImmutableArray<string?> parameters)
{
    public static readonly LexicalLevel Root = new(LevelKind.Root, null);

    public static readonly LexicalLevel CustomThis = new(LevelKind.Transparent, null);

    public LevelKind Kind { get; } = kind;

    public BodyNames? Names { get; } = names;

    /// <summary>The name of each of <see cref="Frame.Arguments"/>; null for <c>_</c>.</summary>
    public ImmutableArray<string?> Parameters { get; } = parameters;

    /// <summary>The last parameter of that name, or -1: inner <c>for</c> variables stand behind outer ones.</summary>
    public int FindParameter(string name)
    {
        for (var i = Parameters.Length - 1; i >= 0; i--)
            if (ReferenceEquals(Parameters[i], name))
                return i;
        return -1;
    }

    public static ImmutableArray<string?> NamesOf(ImmutableArray<Parameter> parameters)
    {
        if (parameters.IsDefaultOrEmpty) return [];
        var names = ImmutableArray.CreateBuilder<string?>(parameters.Length);
        foreach (var parameter in parameters) names.Add(parameter.Name?.Text);
        return names.MoveToImmutable();
    }
}

/// <summary>The members that an object's, class's or module's body defines by name.</summary>
internal sealed class BodyNames
{
    private readonly List<(string Name, SyntaxMember Member, bool Conditional)> _members = [];
    private readonly List<MethodMember> _methods = [];
    private Dictionary<string, int>? _index;

    /// <summary>Whether a spread may add properties that the syntax does not show.</summary>
    public bool HasSpread { get; set; }

    public IReadOnlyList<MethodMember> Methods => _methods;

    public IReadOnlyList<(string Name, SyntaxMember Member, bool Conditional)> Members => _members;

    public void Add(string name, SyntaxMember member, bool conditional) => _members.Add((name, member, conditional));

    public void Add(MethodMember method) => _methods.Add(method);

    /// <summary>A local member wins over another one of the same name.</summary>
    public SyntaxMember? Find(string name, out bool conditional)
    {
        conditional = false;
        if (_members.Count > 8)
        {
            if (_index is null)
            {
                var index = new Dictionary<string, int>(_members.Count);
                for (var i = 0; i < _members.Count; i++)
                    if (!index.TryGetValue(_members[i].Name, out var other) || (_members[i].Member.IsLocal && !_members[other].Member.IsLocal))
                        index[_members[i].Name] = i;
                _index = index;
            }
            if (!_index.TryGetValue(name, out var at)) return null;
            conditional = _members[at].Conditional;
            return _members[at].Member;
        }
        SyntaxMember? found = null;
        foreach (var (candidate, member, isConditional) in _members)
        {
            if (!ReferenceEquals(candidate, name) || (found is not null && !member.IsLocal)) continue;
            found = member;
            conditional = isConditional;
            if (member.IsLocal) break;
        }
        return found;
    }

    public MethodMember? FindMethod(string name)
    {
        foreach (var method in _methods)
            if (ReferenceEquals(method.Name, name))
                return method;
        return null;
    }
}

/// <summary>A method of a class or module, or a local one of an object.</summary>
internal sealed class MethodMember(
    SyntaxNode definition,
    SourceSpan header,
    Modifiers modifiers,
    string name,
    ImmutableArray<TypeParameter> typeParameters,
    ImmutableArray<Parameter> parameters,
    TypeSyntax? resultType,
    Expression? body,
    LexicalLevel level)
{

    public SyntaxNode Definition { get; } = definition;

    public SourceSpan Header { get; } = header;

    public Modifiers Modifiers { get; } = modifiers;

    public bool IsLocal => (Modifiers & Modifiers.Local) != 0;

    /// <summary>The <c>@Deprecated</c> above the definition.</summary>
    public Annotation? Deprecation { get; } = (definition as MethodSyntax)?.Annotations.FirstOrDefault(a => a.Type is DeclaredType { Name.Text: "Deprecated" });

    public string Name { get; } = name;

    public ImmutableArray<TypeParameter> TypeParameters { get; } = typeParameters;

    public ImmutableArray<Parameter> Parameters { get; } = parameters;

    public TypeSyntax? ResultType { get; } = resultType;

    public Expression? Body { get; } = body;

    public LexicalLevel Level { get; } = level;
}
