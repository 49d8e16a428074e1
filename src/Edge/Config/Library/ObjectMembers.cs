using System.Collections.Immutable;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

using Edge.Config.Syntax;

namespace Edge.Config.Library;

/// <summary><c>Listing</c>. Its elements have the indices from 0 and are computed when they are read.</summary>
internal static class ListingMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "length" => static (_, self, _) => Of((long)Object(self).Length),
        "isEmpty" => static (_, self, _) => Of(Object(self).Length == 0),
        "lastIndex" => static (_, self, _) => Of(Object(self).Length - 1L),
        "getOrNull" => static (evaluator, self, arguments) => Has(self, arguments[0]) ? Element(evaluator, self, Int(arguments[0])) : NullValue.Instance,
        "getOrDefault" => static (evaluator, self, arguments) => Has(self, arguments[0])
            ? Element(evaluator, self, Int(arguments[0]))
            : evaluator.Call(Function(evaluator.Read(Object(self), "default")), arguments[0]),
        "first" => static (evaluator, self, _) => Element(evaluator, NonEmpty(evaluator, self), 0),
        "firstOrNull" => static (evaluator, self, _) => Object(self).Length == 0 ? NullValue.Instance : Element(evaluator, self, 0),
        "last" => static (evaluator, self, _) => Element(evaluator, NonEmpty(evaluator, self), Object(self).Length - 1),
        "lastOrNull" => static (evaluator, self, _) =>
            Object(self).Length == 0 ? NullValue.Instance : Element(evaluator, self, Object(self).Length - 1),
        "single" => static (evaluator, self, _) =>
            Object(self).Length == 1 ? Element(evaluator, self, 0) : throw evaluator.Fail("Expected a single-element Listing."),
        "singleOrNull" => static (evaluator, self, _) => Object(self).Length == 1 ? Element(evaluator, self, 0) : NullValue.Instance,
        "isDistinct" => static (evaluator, self, _) => Of(Elements(evaluator, Object(self)) is var items && new HashSet<Value>(items).Count == items.Length),
        "isDistinctBy" => static (evaluator, self, arguments) => Function(arguments[0]) is var selector
            && Elements(evaluator, Object(self)) is var items
                ? Of(items.DistinctBy(item => evaluator.Call(selector, item)).Count() == items.Length)
                : self,
        "distinct" => static (evaluator, self, _) => Make(evaluator, Elements(evaluator, Object(self)).Distinct()),
        "distinctBy" => static (evaluator, self, arguments) => Function(arguments[0]) is var selector
            ? Make(evaluator, Elements(evaluator, Object(self)).DistinctBy(item => evaluator.Call(selector, item)))
            : self,
        "every" => static (evaluator, self, arguments) =>
            Function(arguments[0]) is var predicate ? Of(Lazily(evaluator, self).All(item => evaluator.Test(predicate, item))) : self,
        "any" => static (evaluator, self, arguments) =>
            Function(arguments[0]) is var predicate ? Of(Lazily(evaluator, self).Any(item => evaluator.Test(predicate, item))) : self,
        "contains" => static (evaluator, self, arguments) => Of(Lazily(evaluator, self).Contains(arguments[0])),
        "fold" => Fold,
        "foldIndexed" => FoldIndexed,
        "join" => static (evaluator, self, arguments) => CollectionMembers.Join(evaluator, Elements(evaluator, Object(self)), Text(arguments[0])),
        "toList" => static (evaluator, self, _) => Of(Elements(evaluator, Object(self))),
        "toSet" => static (evaluator, self, _) => new SetValue(Elements(evaluator, Object(self))),
        _ => null,
    };

    /// <summary>All elements, computed.</summary>
    public static ImmutableArray<Value> Elements(Evaluator evaluator, ObjectValue listing)
    {
        var elements = ImmutableArray.CreateBuilder<Value>(listing.Length);
        for (var i = 0L; i < listing.Length; i++) elements.Add(Element(evaluator, listing, i));
        return elements.MoveToImmutable();
    }

    private static bool Has(Value self, Value index) => Int(index) >= 0 && Int(index) < Object(self).Length;

    private static Value Element(Evaluator evaluator, Value self, long index) => evaluator.ReadOrNull(Object(self), Of(index))!;

    private static ObjectValue NonEmpty(Evaluator evaluator, Value self) =>
        Object(self) is { Length: > 0 } listing ? listing : throw evaluator.Fail("Expected a non-empty Listing.");

    private static IEnumerable<Value> Lazily(Evaluator evaluator, Value self)
    {
        for (var i = 0L; i < Object(self).Length; i++) yield return Element(evaluator, self, i);
    }

    private static ObjectValue Make(Evaluator evaluator, IEnumerable<Value> elements)
    {
        var builder = new ObjectBuilder(evaluator);
        foreach (var element in elements) builder.Element(element);
        return builder.ToListing();
    }

    private static Value Fold(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var result = arguments[0];
        foreach (var element in Elements(evaluator, Object(self))) result = evaluator.Call(Function(arguments[1]), result, element);
        return result;
    }

    private static Value FoldIndexed(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var result = arguments[0];
        var index = 0L;
        foreach (var element in Elements(evaluator, Object(self))) result = evaluator.Call(Function(arguments[1]), Of(index++), result, element);
        return result;
    }
}

/// <summary><c>Mapping</c>. Only what needs a value computes one.</summary>
internal static class MappingMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "length" => static (evaluator, self, _) => Of((long)Keys(evaluator, self).Count()),
        "isEmpty" => static (evaluator, self, _) => Of(!Keys(evaluator, self).Any()),
        "keys" => static (evaluator, self, _) => new SetValue(Keys(evaluator, self)),
        "containsKey" => static (_, self, arguments) => Of(Defines(Object(self), arguments[0])),
        "containsValue" => static (evaluator, self, arguments) => arguments[0] is var value
            ? Of(Keys(evaluator, self).Any(key => value.Equals(evaluator.ReadOrNull(Object(self), key)))) : self,
        "getOrNull" => static (evaluator, self, arguments) => OrNull(evaluator.ReadOrNull(Object(self), arguments[0])),
        "getOrDefault" => static (evaluator, self, arguments) => evaluator.ReadOrNull(Object(self), arguments[0])
            ?? evaluator.Call(Function(evaluator.Read(Object(self), "default")), arguments[0]),
        "fold" => Fold,
        "every" => static (evaluator, self, arguments) => Function(arguments[0]) is var predicate
            ? Of(Keys(evaluator, self).All(key => evaluator.Test(predicate, key, evaluator.ReadOrNull(Object(self), key)!)))
            : self,
        "any" => static (evaluator, self, arguments) => Function(arguments[0]) is var predicate
            ? Of(Keys(evaluator, self).Any(key => evaluator.Test(predicate, key, evaluator.ReadOrNull(Object(self), key)!)))
            : self,
        "toMap" => static (evaluator, self, _) =>
            new MapValue(evaluator.Members(Object(self)).Select(entry => KeyValuePair.Create(entry.Key, entry.Value))),
        _ => null,
    };

    /// <summary>Whether the object or one that it amends defines the member; a property's key is its interned name.</summary>
    public static bool Defines(ObjectValue @object, object key)
    {
        for (var owner = @object; owner is not null; owner = owner.Parent)
            if (owner.Members.Find(key) >= 0)
                return true;
        return false;
    }

    private static IEnumerable<Value> Keys(Evaluator evaluator, Value self)
    {
        foreach (var (key, member, _) in Evaluator.ShownMembers(Object(self)))
            if (member.Kind == MemberKind.Entry)
                yield return (Value)key;
    }

    private static Value Fold(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var result = arguments[0];
        foreach (var entry in evaluator.Members(Object(self))) result = evaluator.Call(Function(arguments[1]), result, entry.Key, entry.Value);
        return result;
    }
}

/// <summary><c>Dynamic</c></summary>
internal static class DynamicMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "length" => static (_, self, _) => Of((long)Object(self).Length),
        "hasProperty" => static (_, self, arguments) => Of(MappingMembers.Defines(Object(self), Names.Intern(Text(arguments[0])))),
        "getProperty" => static (evaluator, self, arguments) => evaluator.Read(Object(self), Text(arguments[0])),
        "getPropertyOrNull" => static (evaluator, self, arguments) => OrNull(evaluator.ReadOrNull(Object(self), Names.Intern(Text(arguments[0])))),
        "toMap" => static (evaluator, self, _) => new MapValue(evaluator.Members(Object(self))
            .Where(view => view.Kind != MemberKind.Element)
            .Select(view => KeyValuePair.Create(view.Key, view.Value))),
        "toList" => static (evaluator, self, _) =>
            Of([.. evaluator.Members(Object(self)).Where(view => view.Kind == MemberKind.Element).Select(view => view.Value)]),
        "toTyped" => static (evaluator, self, arguments) => TypedConversion.OfDynamic(evaluator, Object(self), (ClassValue)arguments[0]),
        _ => null,
    };
}

/// <summary><c>Typed</c></summary>
internal static class TypedMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "hasProperty" => static (_, self, arguments) => Of(Object(self).Class.FindProperty(Names.Intern(Text(arguments[0]))) is not null),
        "getProperty" => static (evaluator, self, arguments) => evaluator.Read(Object(self), Text(arguments[0])),
        "getPropertyOrNull" => static (evaluator, self, arguments) => OrNull(evaluator.ReadOrNull(Object(self), Names.Intern(Text(arguments[0])))),
        "toMap" => static (evaluator, self, _) =>
            new MapValue(evaluator.Members(Object(self)).Select(property => KeyValuePair.Create(property.Key, property.Value))),
        "toDynamic" => static (evaluator, self, _) => TypedConversion.ToDynamic(evaluator, Object(self)),
        _ => null,
    };
}
