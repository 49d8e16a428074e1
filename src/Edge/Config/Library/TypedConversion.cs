using Edge.Config.Evaluation;
using Edge.Config.Syntax;

namespace Edge.Config.Library;

/// <summary>Between typed objects and others. The new object reads the old one's members when its own are read.</summary>
internal static class TypedConversion
{
    public static ObjectValue ToDynamic(Evaluator evaluator, ObjectValue typed)
    {
        var (keys, members) = (new List<object>(), new List<Member>());
        foreach (var (key, _, _) in Evaluator.ShownMembers(typed))
        {
            keys.Add(key);
            members.Add(new DelegatingMember(typed, isChecked: false));
        }
        var dynamic = evaluator.Base.Dynamic;
        return new ObjectValue(dynamic, dynamic.Prototype, null, new MemberTable([.. keys], [.. members]), 0);
    }

    /// <summary>What the class has no property for is left out; what the object has no value for keeps the class's default.</summary>
    public static ObjectValue OfDynamic(Evaluator evaluator, ObjectValue dynamic, ClassValue @class)
    {
        CheckClass(evaluator, @class);
        var (keys, members) = (new List<object>(), new List<Member>());
        foreach (var (key, member, _) in Evaluator.ShownMembers(dynamic))
        {
            if (member.Kind != MemberKind.Property || !IsConvertible(@class, (string)key)) continue;
            keys.Add(key);
            members.Add(new DelegatingMember(dynamic, isChecked: true));
        }
        return new ObjectValue(@class, @class.Prototype, null, new MemberTable([.. keys], [.. members]), 0);
    }

    public static ObjectValue OfMap(Evaluator evaluator, MapValue map, ClassValue @class)
    {
        var builder = new ObjectBuilder(evaluator);
        foreach (var (key, value) in map.Entries)
            if (key is StringValue name)
                builder.Property(name.Value, value);
        return OfDynamic(evaluator, builder.ToDynamic(), @class);
    }

    // A hidden property keeps the class's value, such as a module's `output`.
    private static bool IsConvertible(ClassValue @class, string name) => @class.FindProperty(name) is not null && !@class.IsHidden(name);

    private static void CheckClass(Evaluator evaluator, ClassValue @class)
    {
        if (!@class.IsSubclassOf(evaluator.Base.Typed))
            throw evaluator.Fail($"Class `{@class.DisplayName}` is not a subtype of `Typed`.");
        if (@class.IsAbstract)
        {
            throw evaluator.Fail(
                $"Cannot instantiate abstract class `{@class.DisplayName}`.",
                "Abstract classes cannot be instantiated.\nInstead, instantiate a concrete subclass.");
        }
    }

    /// <summary>A property whose value is another object's property of the same name.</summary>
    private sealed class DelegatingMember(ObjectValue source, bool isChecked) : Member
    {
        public override MemberKind Kind => MemberKind.Property;

        public override Modifiers Modifiers => Modifiers.None;

        internal override Value Compute(Evaluator evaluator, Value receiver, ObjectValue owner, object key)
        {
            var value = evaluator.TryRead(source, key)!;
            var property = isChecked ? owner.Class.FindProperty((string)key) : null;
            return property?.Type is { IsNoop: false } type ? property.Check(evaluator, type, value, receiver) : value;
        }
    }
}
