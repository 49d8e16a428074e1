using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// Reading, enumerating and comparing objects.
internal sealed partial class Evaluator
{
    /// <summary>Finds a member along the prototype chain and computes it for the receiver, once; null where there is none.</summary>
    internal Value? TryRead(ObjectValue receiver, object key)
    {
        if (receiver.Cache.TryGet(key, out var cached)) return cached;
        if (receiver.HasElementTypes && receiver.Members.Count == 0 && TryTake(receiver, key) is { } taken) return taken;
        for (var owner = receiver; owner is not null; owner = owner.Parent)
        {
            var at = owner.Members.Find(key);
            if (at >= 0) return Compute(receiver, owner, key, owner.Members[at]);
        }
        return null;
    }

    // A listing or mapping that only adds a type gives what the untyped one has computed, checked: nothing else can differ.
    private Value? TryTake(ObjectValue receiver, object key)
    {
        if (receiver.Cache.TryGet(key, out var value)) return value;
        if (receiver.Members.Count > 0 || receiver.Parent is not { } parent || TryTake(parent, key) is not { } taken) return null;
        if (key is not string) taken = receiver.CheckTaken(this, key, taken);
        receiver.Cache.Set(key, taken);
        return taken;
    }

    /// <summary>Computes a member that is not in the receiver's cache, and puts it there.</summary>
    internal Value Compute(ObjectValue receiver, ObjectValue owner, object key, Member member)
    {
        // A constant member cannot see the receiver: it is computed for its owner, once for all that amend it.
        if ((member.Modifiers & Modifiers.Const) != 0 && !ReferenceEquals(owner, receiver))
        {
            var shared = TryRead(owner, key)!;
            receiver.Cache.Set(key, shared);
            return shared;
        }
        var value = member.Compute(this, receiver, owner, key);
        receiver.Cache.Set(key, value);
        return value;
    }

    private ImmutableArray<MemberView> CollectMembers(ObjectValue receiver)
    {
        ForceShallowly(receiver);
        var views = ImmutableArray.CreateBuilder<MemberView>();
        foreach (var (key, member, owner) in ShownMembers(receiver))
        {
            if (!receiver.Cache.TryGet(key, out var value)) value = TryRead(receiver, key)!;
            views.Add(new MemberView(member.Kind, key as Value ?? new StringValue((string)key), value));
        }
        return views.DrainToImmutable();
    }

    /// <summary>Keys in order of definition with their first definition, inherited ones first; without local, hidden and external ones.</summary>
    internal static List<(object Key, Member Member, ObjectValue Owner)> ShownMembers(ObjectValue receiver)
    {
        var chain = new List<ObjectValue>();
        for (var o = receiver; o is not null; o = o.Parent)
            if (o.Members.Count > 0)
                chain.Add(o);
        var shown = new List<(object, Member, ObjectValue)>();
        HashSet<object>? seen = null;
        for (var i = chain.Count - 1; i >= 0; i--)
        {
            var table = chain[i].Members;
            for (var at = 0; at < table.Count; at++)
            {
                var member = table[at];
                if (member.IsLocal) continue;
                // A definition that overrides a hidden one does not say `hidden` again, so hidden keys are remembered too.
                if (chain.Count > 1 && !(seen ??= []).Add(table.Key(at))) continue;
                if ((member.Modifiers & (Modifiers.Hidden | Modifiers.External)) != 0 || member.IsType) continue;
                shown.Add((table.Key(at), member, chain[i]));
            }
        }
        return shown;
    }

    /// <summary>Computes an object's members but not theirs. The object's own come first, then what it inherits: this decides which error is found.</summary>
    internal void ForceShallowly(ObjectValue receiver) => Force(receiver, deeply: false);

    private void Force(ObjectValue receiver, bool deeply)
    {
        AtNoPlace();
        for (var owner = receiver; owner is not null; owner = owner.Parent)
        {
            var members = owner.Members;
            for (var at = 0; at < members.Count; at++)
            {
                var member = members[at];
                if ((member.Modifiers & (Modifiers.Local | Modifiers.External | Modifiers.Abstract | Modifiers.Hidden)) != 0) continue;
                // Types come to life, so that their errors are found; those of prebuilt modules have none.
                if (member.IsType && owner.Enclosing!.Module.IsLibrary) continue;
                var key = members.Key(at);
                if (member.Kind == MemberKind.Property && receiver.Class.IsHidden((string)key)) continue;
                if (!receiver.Cache.TryGet(key, out var value)) value = TryRead(receiver, key)!;
                if (deeply) DeepForce(value);
            }
        }
    }

    private void DeepForce(Value value)
    {
        Value.GuardDepth();
        switch (value)
        {
            case ObjectValue { IsForced: false } @object:
                // Set first, so that a cycle ends.
                @object.IsForced = true;
                try
                {
                    Force(@object, deeply: true);
                }
                catch
                {
                    @object.IsForced = false;
                    throw;
                }
                break;
            case ListValue list:
                foreach (var item in list.Items) DeepForce(item);
                break;
            case SetValue set:
                foreach (var item in set.Items) DeepForce(item);
                break;
            case MapValue map:
                foreach (var entry in map.Entries)
                {
                    DeepForce(entry.Key);
                    DeepForce(entry.Value);
                }
                break;
            case PairValue pair:
                DeepForce(pair.First);
                DeepForce(pair.Second);
                break;
        }
    }

    internal bool AreEqual(ObjectValue left, ObjectValue right)
    {
        if (!ReferenceEquals(left.Class, right.Class)) return false;
        DeepForce(left);
        DeepForce(right);
        var members = CollectMembers(left);
        var count = 0;
        foreach (var (key, member, _) in ShownMembers(right))
            if (!IsIgnoredInEquality(right, key))
                count++;
        foreach (var (kind, key, value) in members)
        {
            object lookup = kind == MemberKind.Property ? Names.Intern(((StringValue)key).Value) : key;
            if (IsIgnoredInEquality(left, lookup)) continue;
            count--;
            if (TryRead(right, lookup) is not { } other || !value.Equals(other)) return false;
        }
        return count == 0;
    }

    internal int HashOf(ObjectValue value)
    {
        DeepForce(value);
        var hash = 0;
        foreach (var member in CollectMembers(value))
        {
            if (member.Kind == MemberKind.Property && IsIgnoredInEquality(value, ((StringValue)member.Key).Value)) continue;
            hash += member.Key.GetHashCode() ^ member.Value.GetHashCode();
        }
        return hash;
    }

    private static bool IsIgnoredInEquality(ObjectValue value, object key) =>
        value.Class.Kind is ClassKind.Dynamic or ClassKind.Listing or ClassKind.Mapping && key is "default";
}
