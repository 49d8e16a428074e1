using System.Runtime.CompilerServices;

namespace Edge.Config.Evaluation;

/// <summary>
/// An object: <c>Dynamic</c>, <c>Listing</c>, <c>Mapping</c>, or an instance of another class (a module is one). It holds only the
/// members that it defines itself and delegates all others to <see cref="Parent"/>; values are computed when they are read, with
/// <c>this</c> being the object that was asked, and kept there.
/// </summary>
internal sealed partial class ObjectValue : Value
{
    private MemberCache _cache;

    public ObjectValue(ClassValue @class, ObjectValue? parent, Frame? enclosing, MemberTable members, int length)
    {
        Class = @class;
        Parent = parent;
        Enclosing = enclosing;
        Members = members;
        Length = length;
    }

    public ClassValue Class { get; }

    /// <summary>The prototype: the object that this one amends, or its class's.</summary>
    public ObjectValue? Parent { get; }

    /// <summary>Where the object's literal stands; null for objects that the library made.</summary>
    internal Frame? Enclosing { get; }

    /// <summary>What this object defines itself.</summary>
    internal MemberTable Members { get; }

    /// <summary>The number of elements, inherited ones included.</summary>
    public int Length { get; }

    /// <summary>Whether all that enumeration shows has been computed, deeply.</summary>
    internal bool IsForced { get; set; }

    internal ref MemberCache Cache => ref _cache;

    public bool IsDynamic => Class.Kind == ClassKind.Dynamic;

    public bool IsListing => Class.Kind == ClassKind.Listing;

    public bool IsMapping => Class.Kind == ClassKind.Mapping;

    public override bool Equals(object? obj) =>
        ReferenceEquals(this, obj) || (obj is ObjectValue other && Class.Evaluator.AreEqual(this, other));

    public override int GetHashCode() => Class.Evaluator.HashOf(this);
}

/// <summary>The members that a receiver has computed, by key. A local member's key is its <see cref="Member"/>.</summary>
internal struct MemberCache
{
    private const int ScanLimit = 8;

    private object[]? _keys;
    private Value[]? _values;
    private int _count;
    private Dictionary<object, Value>? _index;

    public readonly bool TryGet(object key, out Value value)
    {
        if (_index is not null)
        {
            if (_index.TryGetValue(key, out value!)) return true;
        }
        else
        {
            for (var i = 0; i < _count; i++)
            {
                if (ReferenceEquals(_keys![i], key) || (key is Value && _keys[i].Equals(key)))
                {
                    value = _values![i];
                    return true;
                }
            }
        }
        Unsafe.SkipInit(out value);
        return false;
    }

    public void Set(object key, Value value)
    {
        if (_index is not null)
        {
            _index[key] = value;
            return;
        }
        for (var i = 0; i < _count; i++)
        {
            if (!ReferenceEquals(_keys![i], key) && !(key is Value && _keys[i].Equals(key))) continue;
            _values![i] = value;
            return;
        }
        if (_count == ScanLimit)
        {
            _index = new(ScanLimit * 2);
            for (var i = 0; i < _count; i++) _index.Add(_keys![i], _values![i]);
            _index.Add(key, value);
            _keys = null;
            _values = null;
            return;
        }
        if (_keys is null)
        {
            _keys = new object[4];
            _values = new Value[4];
        }
        else if (_count == _keys.Length)
        {
            Array.Resize(ref _keys, ScanLimit);
            Array.Resize(ref _values, ScanLimit);
        }
        _keys[_count] = key;
        _values![_count++] = value;
    }
}
