using System.Collections.Immutable;
using System.Text;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary>
/// What <c>List</c> and <c>Set</c> have in common: reading, searching and taking parts here, transforming and ordering in the other
/// parts. Where the result is a collection, a set's is a set unless a comment says otherwise.
/// </summary>
internal static partial class CollectionMembers
{
    public static ExternalMember? Find(string member) => FindReader(member) ?? FindTransformation(member) ?? FindOrder(member);

    private static ExternalMember? FindReader(string member) => member switch
    {
        "length" => static (_, self, _) => Of((long)Items(self).Length),
        "isEmpty" => static (_, self, _) => Of(Items(self).IsEmpty),
        "first" => static (evaluator, self, _) => NonEmpty(evaluator, self)[0],
        "firstOrNull" => static (_, self, _) => Items(self) is [var first, ..] ? first : NullValue.Instance,
        "rest" => static (evaluator, self, _) => Like(self, NonEmpty(evaluator, self)[1..]),
        "restOrNull" => static (_, self, _) => Items(self) is { Length: > 0 } items ? Like(self, items[1..]) : NullValue.Instance,
        "last" => static (evaluator, self, _) => NonEmpty(evaluator, self)[^1],
        "lastOrNull" => static (_, self, _) => Items(self) is [.., var last] ? last : NullValue.Instance,
        "single" => static (evaluator, self, _) =>
            Items(self) is [var single] ? single : throw evaluator.Fail("Expected a single-element collection.", ("Collection", self)),
        "singleOrNull" => static (_, self, _) => Items(self) is [var single] ? single : NullValue.Instance,
        "contains" => static (_, self, arguments) => Of(self is SetValue set ? set.Contains(arguments[0]) : Items(self).Contains(arguments[0])),
        "startsWith" => static (_, self, arguments) =>
            Of(Items(arguments[0]) is var other && other.Length <= Items(self).Length && Items(self)[..other.Length].SequenceEqual(other)),
        "endsWith" => static (_, self, arguments) =>
            Of(Items(arguments[0]) is var other && other.Length <= Items(self).Length && Items(self)[^other.Length..].SequenceEqual(other)),
        "split" => static (evaluator, self, arguments) =>
            Split(self, arguments[0]) ?? throw OutOfRange(evaluator, self, Int(arguments[0]), 0, Items(self).Length),
        "splitOrNull" => static (_, self, arguments) => OrNull(Split(self, arguments[0])),
        "find" => static (evaluator, self, arguments) => FindFirst(evaluator, Items(self), arguments[0]) ?? throw NoMatch(evaluator, self),
        "findOrNull" => static (evaluator, self, arguments) => OrNull(FindFirst(evaluator, Items(self), arguments[0])),
        "findLast" => static (evaluator, self, arguments) => FindLast(evaluator, Items(self), arguments[0]) ?? throw NoMatch(evaluator, self),
        "findLastOrNull" => static (evaluator, self, arguments) => OrNull(FindLast(evaluator, Items(self), arguments[0])),
        "count" => static (evaluator, self, arguments) => Of(Where(evaluator, self, arguments[0]).LongCount()),
        "every" => static (evaluator, self, arguments) => Of(EndOfPrefix(evaluator, Items(self), arguments[0]) == Items(self).Length),
        "any" => static (evaluator, self, arguments) => Of(FindFirst(evaluator, Items(self), arguments[0]) is not null),
        "take" => static (evaluator, self, arguments) => Like(self, Items(self)[..Length(evaluator, self, arguments[0])]),
        "takeLast" => static (evaluator, self, arguments) => Like(self, Items(self)[^Length(evaluator, self, arguments[0])..]),
        "drop" => static (evaluator, self, arguments) => Like(self, Items(self)[Length(evaluator, self, arguments[0])..]),
        "dropLast" => static (evaluator, self, arguments) => Like(self, Items(self)[..^Length(evaluator, self, arguments[0])]),
        "takeWhile" => static (evaluator, self, arguments) => Like(self, Items(self)[..EndOfPrefix(evaluator, Items(self), arguments[0])]),
        "dropWhile" => static (evaluator, self, arguments) => Like(self, Items(self)[EndOfPrefix(evaluator, Items(self), arguments[0])..]),
        "takeLastWhile" => static (evaluator, self, arguments) => Like(self, Items(self)[StartOfSuffix(evaluator, Items(self), arguments[0])..]),
        "dropLastWhile" => static (evaluator, self, arguments) => Like(self, Items(self)[..StartOfSuffix(evaluator, Items(self), arguments[0])]),
        "join" => static (evaluator, self, arguments) => Join(evaluator, Items(self), Text(arguments[0])),
        "toList" => static (_, self, _) => self is ListValue ? self : Of(Items(self)),
        "toSet" => static (_, self, _) => self is SetValue ? self : new SetValue(Items(self)),
        "toListing" => static (evaluator, self, _) => Build(evaluator, self).ToListing(),
        "toDynamic" => static (evaluator, self, _) => Build(evaluator, self).ToDynamic(),
        _ => null,
    };

    /// <summary>A collection of the same class.</summary>
    public static Value Like(Value collection, ImmutableArray<Value> items) =>
        collection is not SetValue ? Of(items) : items.IsEmpty ? SetValue.Empty : new SetValue(items);

    public static EvaluationException OutOfRange(Evaluator evaluator, Value self, long index, long first, long last) =>
        evaluator.Fail($"Element index `{Grouped(index)}` is out of range `{Grouped(first)}`..`{Grouped(last)}`.", ("Collection", self));

    public static EvaluationException NoMatch(Evaluator evaluator, Value self) =>
        evaluator.Fail("Cannot find matching element in collection.", ("Collection", self));

    /// <summary>The texts of the values, as <c>Any.toString()</c> has them, with a separator between two.</summary>
    public static Value Join(Evaluator evaluator, IEnumerable<Value> items, string separator)
    {
        var result = new StringBuilder();
        var (isFirst, fromEnvironment) = (true, false);
        foreach (var item in items)
        {
            if (!isFirst) result.Append(separator);
            isFirst = false;
            var text = ValueText.Of(evaluator, item);
            fromEnvironment |= text.FromEnvironment;
            result.Append(text.Value);
        }
        evaluator.Account(result.Length);
        return fromEnvironment ? new StringValue(result.ToString()) { FromEnvironment = true } : Of(result.ToString());
    }

    private static ImmutableArray<Value> NonEmpty(Evaluator evaluator, Value self) =>
        Items(self) is { Length: > 0 } items ? items : throw evaluator.Fail("Expected a non-empty collection.", ("Collection", self));

    private static int Length(Evaluator evaluator, Value self, Value count) => CountUpTo(evaluator, Int(count), Items(self).Length);

    private static PairValue? Split(Value self, Value at) =>
        Int(at) is var index && index >= 0 && index <= Items(self).Length
            ? new PairValue(Like(self, Items(self)[..(int)index]), Like(self, Items(self)[(int)index..]))
            : null;

    private static Value? FindFirst(Evaluator evaluator, ImmutableArray<Value> items, Value predicate)
    {
        foreach (var item in items)
            if (evaluator.Test(Function(predicate), item))
                return item;
        return null;
    }

    private static Value? FindLast(Evaluator evaluator, ImmutableArray<Value> items, Value predicate)
    {
        for (var i = items.Length - 1; i >= 0; i--)
            if (evaluator.Test(Function(predicate), items[i]))
                return items[i];
        return null;
    }

    private static int EndOfPrefix(Evaluator evaluator, ImmutableArray<Value> items, Value predicate)
    {
        var end = 0;
        while (end < items.Length && evaluator.Test(Function(predicate), items[end])) end++;
        return end;
    }

    private static int StartOfSuffix(Evaluator evaluator, ImmutableArray<Value> items, Value predicate)
    {
        var start = items.Length;
        while (start > 0 && evaluator.Test(Function(predicate), items[start - 1])) start--;
        return start;
    }

    private static IEnumerable<Value> Where(Evaluator evaluator, Value self, Value predicate)
    {
        foreach (var item in Items(self))
            if (evaluator.Test(Function(predicate), item))
                yield return item;
    }

    private static ObjectBuilder Build(Evaluator evaluator, Value self)
    {
        var builder = new ObjectBuilder(evaluator);
        foreach (var item in Items(self)) builder.Element(item);
        return builder;
    }
}
