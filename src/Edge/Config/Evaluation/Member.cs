using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

internal enum MemberKind : byte
{
    Property,
    Element,
    Entry,
}

/// <summary>
/// How one object defines one member: its kind and body, but neither key nor value. Objects that delegate to it share it; the
/// value belongs to the receiver.
/// </summary>
internal abstract class Member
{
    public abstract MemberKind Kind { get; }

    public abstract Modifiers Modifiers { get; }

    public bool IsLocal => (Modifiers & Modifiers.Local) != 0;

    /// <summary>Whether it is a module's class or type alias, which reading finds but enumeration leaves out.</summary>
    public virtual bool IsType => false;

    /// <summary>Computes the value for <paramref name="receiver"/>, whose prototype chain holds <paramref name="owner"/>, the definer.</summary>
    internal abstract Value Compute(Evaluator evaluator, Value receiver, ObjectValue owner, object key);
}

/// <summary>A member whose value is known: made by the library.</summary>
internal sealed class ConstantMember(MemberKind kind, Value value) : Member
{
    public override MemberKind Kind => kind;

    public override Modifiers Modifiers => Modifiers.None;

    public Value Value { get; } = value;

    internal override Value Compute(Evaluator evaluator, Value receiver, ObjectValue owner, object key) =>
        kind != MemberKind.Property && receiver is ObjectValue { HasElementTypes: true } listing ? listing.CheckElement(evaluator, Value, owner) : Value;
}

/// <summary>A member that a spread took over from another object or collection; its value is checked as a defined one is.</summary>
/// <param name="kind">What it is here.</param>
/// <param name="value">The value.</param>
/// <param name="origin">How the other object defines it, for errors; null for a collection's.</param>
/// <param name="originOwner">The other object.</param>
internal sealed class SpreadMember(MemberKind kind, Value value, SyntaxMember? origin, ObjectValue? originOwner) : Member
{
    public override MemberKind Kind => kind;

    public override Modifiers Modifiers => Modifiers.None;

    internal override Value Compute(Evaluator evaluator, Value receiver, ObjectValue owner, object key)
    {
        var target = (ObjectValue)receiver;
        if (kind == MemberKind.Property ? target.Class.Kind == ClassKind.Dynamic : !target.HasElementTypes) return value;
        if (origin is null || originOwner?.Enclosing is not { } enclosing) return Check(evaluator, target, owner, key);
        evaluator.Enter(enclosing.Module, origin.Definition);
        evaluator.At(enclosing.Module, origin.BodySpan);
        var result = Check(evaluator, target, owner, key);
        evaluator.Leave();
        return result;
    }

    private Value Check(Evaluator evaluator, ObjectValue target, ObjectValue owner, object key)
    {
        if (kind != MemberKind.Property) return target.CheckElement(evaluator, value, owner);
        var property = target.Class.FindProperty((string)key);
        return property?.Type is { IsNoop: false } type ? property.Check(evaluator, type, value, target) : value;
    }
}

/// <summary>
/// The members that one object defines itself, in source order. A key is the interned name of a property, or the value of an
/// entry's key or an element's index (an <see cref="IntValue"/>). Local members are found under their own look-up only.
/// </summary>
internal sealed class MemberTable
{
    public static readonly MemberTable Empty = new([], []);

    // Up to this many members a scan is faster than hashing.
    private const int ScanLimit = 8;

    private readonly object[] _keys;
    private readonly Member[] _members;
    private readonly Dictionary<object, int>? _index;

    public MemberTable(object[] keys, Member[] members)
    {
        _keys = keys;
        _members = members;
        if (keys.Length <= ScanLimit) return;
        _index = new(keys.Length);
        for (var i = 0; i < keys.Length; i++)
            if (!members[i].IsLocal)
                _index.TryAdd(keys[i], i);
    }

    public int Count => _keys.Length;

    public object Key(int at) => _keys[at];

    public Member this[int at] => _members[at];

    /// <summary>The position of a member that is not local, or -1.</summary>
    public int Find(object key)
    {
        if (_index is not null) return _index.TryGetValue(key, out var found) ? found : -1;
        for (var i = 0; i < _keys.Length; i++)
            if ((ReferenceEquals(_keys[i], key) || (key is Value && _keys[i].Equals(key))) && !_members[i].IsLocal)
                return i;
        return -1;
    }

    /// <summary>The position of a local member, or -1.</summary>
    public int FindLocal(string name)
    {
        for (var i = 0; i < _keys.Length; i++)
            if (ReferenceEquals(_keys[i], name) && _members[i].IsLocal)
                return i;
        return -1;
    }
}
