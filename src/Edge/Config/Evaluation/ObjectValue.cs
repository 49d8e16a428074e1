using System.Runtime.CompilerServices;

namespace Edge.Config.Evaluation;

/// <summary>
/// An object: <c>Dynamic</c>, <c>Listing</c>, <c>Mapping</c>, or an instance of another class (a module is one). It holds only the
/// members that it defines itself and delegates all others to <see cref="Parent"/>; values are computed when they are read, with
/// <c>this</c> being the object that was asked, and kept there.
/// </summary>
internal sealed class ObjectValue : Value
{
    private MemberCache _cache;
    private ClassValue? _class;

    public ObjectValue(ClassValue @class, ObjectValue? parent, Frame? enclosing, MemberTable members, int length)
    {
        _class = @class;
        Parent = parent;
        Enclosing = enclosing;
        Members = members;
        Length = length;
        HasElementTypes = parent is { HasElementTypes: true };
    }

    /// <summary>The same listing or mapping, its elements checked when they are read.</summary>
    internal ObjectValue(ObjectValue source, ElementType elementType)
        : this(source.Class, source, source.Enclosing, MemberTable.Empty, source.Length)
    {
        ElementType = elementType;
        HasElementTypes = true;
    }

    /// <summary>A module's object, whose class is yet to be made.</summary>
    internal ObjectValue(Frame enclosing, MemberTable members)
    {
        Enclosing = enclosing;
        Members = members;
    }

    public ClassValue Class => _class!;

    /// <summary>The prototype: the object that this one amends, or its class's.</summary>
    public ObjectValue? Parent { get; private set; }

    /// <summary>Where the object's literal stands; null for objects that the library made.</summary>
    internal Frame? Enclosing { get; }

    /// <summary>What this object defines itself.</summary>
    internal MemberTable Members { get; }

    /// <summary>The number of elements, inherited ones included.</summary>
    public int Length { get; }

    /// <summary>The type that this object, not the one that it amends, gives to its elements.</summary>
    internal ElementType? ElementType { get; }

    /// <summary>Whether the object or one that it amends gives a type to its elements.</summary>
    internal bool HasElementTypes { get; }

    /// <summary>Whether all that enumeration shows has been computed, deeply.</summary>
    internal bool IsForced { get; set; }

    internal ref MemberCache Cache => ref _cache;

    public bool IsDynamic => Class.Kind == ClassKind.Dynamic;

    public bool IsListing => Class.Kind == ClassKind.Listing;

    public bool IsMapping => Class.Kind == ClassKind.Mapping;

    public bool IsTyped => Class.Kind == ClassKind.Typed;

    /// <summary>Whether it is its class's prototype rather than an instance that amends it.</summary>
    internal bool IsPrototype => ReferenceEquals(Class.Prototype, this);

    internal void Become(ClassValue @class, ObjectValue? parent)
    {
        _class = @class;
        Parent = parent;
    }

    /// <summary>Checks an element against every type between its definer and this object, innermost first.</summary>
    internal Value CheckElement(Evaluator evaluator, Value value, ObjectValue owner, RuntimeType? next = null)
    {
        if (!ReferenceEquals(this, owner)) value = Parent!.CheckElement(evaluator, value, owner, ElementType?.Type ?? next);
        if (ElementType is not { } type || ReferenceEquals(type.Type, next)) return value;
        if (type.Definition is null) return type.Type.CheckOrThrow(type.Frame, value);
        evaluator.Enter(type.Module, type.Definition);
        value = type.Type.CheckOrThrow(type.Frame, value);
        evaluator.Leave();
        return value;
    }

    /// <summary>Checks an element that the parent has computed against this object's own type.</summary>
    internal Value CheckTaken(Evaluator evaluator, object key, Value value)
    {
        if (ElementType is null) return value;
        for (var owner = Parent; owner is not null; owner = owner.Parent)
        {
            var at = owner.Members.Find(key);
            if (at < 0) continue;
            if (SyntaxOf(owner.Members[at]) is not { } syntax || owner.Enclosing is not { } enclosing) break;
            evaluator.Enter(enclosing.Module, syntax.Definition);
            evaluator.At(enclosing.Module, syntax.BodySpan);
            value = CheckElement(evaluator, value, this);
            evaluator.Leave();
            return value;
        }
        return CheckElement(evaluator, value, this);
    }

    internal static SyntaxMember? SyntaxOf(Member member) => member as SyntaxMember ?? (member as GeneratedMember)?.Syntax;

    /// <summary>The frame that shows where a member of this object is defined.</summary>
    internal StackFrame? HeaderFrame(Member member)
    {
        if (SyntaxOf(member) is not { } syntax || Enclosing is null) return null;
        return new StackFrame(Enclosing.Module.Source, syntax.HeaderSpan, Enclosing.Module.NameOf(syntax.Definition));
    }

    /// <summary>The frame that shows a member's value.</summary>
    internal StackFrame? BodyFrame(Member member) =>
        SyntaxOf(member) is { } syntax && Enclosing is not null
            ? new StackFrame(Enclosing.Module.Source, syntax.BodySpan, Enclosing.Module.NameOf(syntax.Definition))
            : null;

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
