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

/// <summary>A member whose value is known: made by the library, or handed over by a spread.</summary>
internal sealed class ConstantMember(MemberKind kind, Value value) : Member
{
    public override MemberKind Kind => kind;

    public override Modifiers Modifiers => Modifiers.None;

    public Value Value { get; } = value;

    internal override Value Compute(Evaluator evaluator, Value receiver, ObjectValue owner, object key) => Value;
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
