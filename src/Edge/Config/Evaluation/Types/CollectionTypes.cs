using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// The types with element checks on one page. Listings and mappings are checked when their elements are read (unless a decision
// hangs on it now), collections when they arrive.

/// <summary><c>List&lt;T></c>, <c>Set&lt;T></c>, <c>Collection&lt;T></c></summary>
internal sealed class CollectionType(ModuleInstance module, TypeSyntax syntax, ClassValue @class, RuntimeType element) : RuntimeType(module, syntax)
{
    public override ClassValue Class => @class;

    public override bool IsParametric => true;

    public RuntimeType Element => element;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch)
    {
        var known = frame.Evaluator.Base;
        switch (value)
        {
            case ListValue list when !ReferenceEquals(@class, known.Set):
                if (element.IsNoop) return value;
                ImmutableArray<Value>.Builder? changed = null;
                for (var i = 0; i < list.Items.Length; i++)
                {
                    var item = element.Check(frame, list.Items[i], eager, ref mismatch);
                    if (item is null) return null;
                    if (ReferenceEquals(item, list.Items[i])) continue;
                    changed ??= list.Items.ToBuilder();
                    changed[i] = item;
                }
                return changed is null ? value : new ListValue(changed.ToImmutable());
            case SetValue set when !ReferenceEquals(@class, known.List):
                if (element.IsNoop) return value;
                // A set has computed its items' hashes: there is nothing left to be lazy about.
                foreach (var item in set.Items)
                    if (element.Check(frame, item, eager: true, ref mismatch) is null)
                        return null;
                return value;
            default:
                return Mismatch(value, @class, ref mismatch);
        }
    }

    public override Value Default(Evaluator evaluator) => ReferenceEquals(@class, evaluator.Base.Set) ? SetValue.Empty : ListValue.Empty;

    public override bool IsEquivalentTo(RuntimeType other) =>
        other is CollectionType type && ReferenceEquals(type.Class, @class) && element.IsEquivalentTo(type.Element);
}

/// <summary><c>Map&lt;K, V></c></summary>
internal sealed class MapType(ModuleInstance module, TypeSyntax syntax, RuntimeType key, RuntimeType element) : RuntimeType(module, syntax)
{
    public override ClassValue Class => Module.Evaluator.Base.Map;

    public override bool IsParametric => true;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch)
    {
        if (value is not MapValue map) return Mismatch(value, Class, ref mismatch);
        if (key.IsNoop && element.IsNoop) return value;
        List<KeyValuePair<Value, Value>>? changed = null;
        for (var i = 0; i < map.Entries.Length; i++)
        {
            var entry = map.Entries[i];
            if (key.Check(frame, entry.Key, eager: true, ref mismatch) is null) return null;
            var item = element.Check(frame, entry.Value, eager, ref mismatch);
            if (item is null) return null;
            if (ReferenceEquals(item, entry.Value)) continue;
            changed ??= [.. map.Entries];
            changed[i] = new(entry.Key, item);
        }
        return changed is null ? value : new MapValue(changed);
    }

    public override Value Default(Evaluator evaluator) => MapValue.Empty;

    public override bool IsEquivalentTo(RuntimeType other) =>
        other is MapType type && key.IsEquivalentTo(type.Key) && element.IsEquivalentTo(type.Element);

    public RuntimeType Key => key;

    public RuntimeType Element => element;
}

/// <summary><c>Pair&lt;A, B></c></summary>
internal sealed class PairType(ModuleInstance module, TypeSyntax syntax, RuntimeType first, RuntimeType second) : RuntimeType(module, syntax)
{
    public override ClassValue Class => Module.Evaluator.Base.Pair;

    public override bool IsParametric => true;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch)
    {
        if (value is not PairValue pair) return Mismatch(value, Class, ref mismatch);
        var left = first.Check(frame, pair.First, eager, ref mismatch);
        if (left is null) return null;
        var right = second.Check(frame, pair.Second, eager, ref mismatch);
        if (right is null) return null;
        return ReferenceEquals(left, pair.First) && ReferenceEquals(right, pair.Second) ? value : new PairValue(left, right);
    }

    public override bool IsEquivalentTo(RuntimeType other) =>
        other is PairType type && first.IsEquivalentTo(type.First) && second.IsEquivalentTo(type.Second);

    public RuntimeType First => first;

    public RuntimeType Second => second;
}

/// <summary><c>Listing&lt;T></c>, <c>Mapping&lt;K, T></c></summary>
internal sealed class ListingType(ModuleInstance module, TypeSyntax syntax, ClassValue @class, RuntimeType? key, RuntimeType element)
    : RuntimeType(module, syntax)
{
    public override ClassValue Class => @class;

    public override bool IsParametric => true;

    public RuntimeType? Key => key;

    public RuntimeType Element => element;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch)
    {
        if (value is not ObjectValue @object || !ReferenceEquals(@object.Class, @class)) return Mismatch(value, @class, ref mismatch);
        if (key is { IsNoop: false } && !CheckKeys(frame, @object, ref mismatch)) return null;
        if (element.IsNoop) return value;
        if (eager) return CheckElements(frame, @object, ref mismatch) ? value : null;
        return @object.ElementType is { } known && known.Type.IsEquivalentTo(element)
            ? value
            : new ObjectValue(@object, new ElementType(element, frame, frame.Evaluator.CurrentDefinition, frame.Evaluator.CurrentModule));
    }

    private bool CheckKeys(Frame frame, ObjectValue value, ref TypeMismatch? mismatch)
    {
        for (var owner = value; owner is not null; owner = owner.Parent)
        {
            var members = owner.Members;
            for (var at = 0; at < members.Count; at++)
            {
                if (members[at].Kind == MemberKind.Property) continue;
                if (key!.Check(frame, (Value)members.Key(at), eager: true, ref mismatch) is not null) continue;
                mismatch!.Inserted = owner.HeaderFrame(members[at]);
                return false;
            }
        }
        return true;
    }

    private bool CheckElements(Frame frame, ObjectValue value, ref TypeMismatch? mismatch)
    {
        for (var owner = value; owner is not null; owner = owner.Parent)
        {
            var members = owner.Members;
            for (var at = 0; at < members.Count; at++)
            {
                if (members[at].Kind == MemberKind.Property) continue;
                var item = frame.Evaluator.TryRead(value, members.Key(at))!;
                if (element.Check(frame, item, eager: true, ref mismatch) is null) return false;
            }
        }
        return true;
    }

    /// <summary>Empty, with a <c>default</c> that is the element type's.</summary>
    public override Value Default(Evaluator evaluator)
    {
        if (element is AnythingType) return Evaluator.EmptyOf(@class);
        return new ObjectValue(@class, @class.Prototype, Module.RootFrame, new MemberTable([MemberNames.Default], [new TypeDefaultMember(element)]), 0);
    }

    public override bool IsEquivalentTo(RuntimeType other) =>
        other is ListingType type && ReferenceEquals(type.Class, @class) && element.IsEquivalentTo(type.Element)
        && (key is null || key.IsEquivalentTo(type.Key!));
}

/// <summary>The <c>default</c> of a listing or mapping whose type is known: a function that gives the element type's default.</summary>
internal sealed class TypeDefaultMember(RuntimeType element) : Member
{
    public override MemberKind Kind => MemberKind.Property;

    public override Modifiers Modifiers => Modifiers.Hidden;

    internal override Value Compute(Evaluator evaluator, Value receiver, ObjectValue owner, object key)
    {
        if (element.Default(evaluator) is { } value) return new ConstantFunction(value);
        throw evaluator.FailUndefined(receiver, MemberNames.Default);
    }
}

/// <summary>The checked type of a listing's elements or a mapping's values, and where it was checked.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Frame">Where its constraints are evaluated.</param>
/// <param name="Definition">The property or function that says the type: an error's frame bears its name.</param>
/// <param name="Module">The module of the definition.</param>
internal sealed record ElementType(RuntimeType Type, Frame Frame, SyntaxNode? Definition, ModuleInstance Module);
