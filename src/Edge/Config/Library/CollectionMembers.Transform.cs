using System.Collections.Immutable;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

internal static partial class CollectionMembers
{
    private static ExternalMember? FindTransformation(string member) => member switch
    {
        "add" => static (_, self, arguments) =>
            self is SetValue set && set.Contains(arguments[0]) ? self : Like(self, Items(self).Add(arguments[0])),
        "filter" => static (evaluator, self, arguments) => Like(self, [.. Where(evaluator, self, arguments[0])]),
        "filterNonNull" => static (_, self, _) => Like(self, [.. Items(self).Where(item => item is not NullValue)]),
        "filterIndexed" => static (evaluator, self, arguments) =>
            Function(arguments[0]) is var predicate ? Like(self, [.. Items(self).Where((item, index) => evaluator.Test(predicate, Of((long)index), item))]) : self,
        "filterIsInstance" => static (evaluator, self, arguments) =>
            (ClassValue)arguments[0] is var @class ? Like(self, [.. Items(self).Where(item => evaluator.ClassOf(item).IsSubclassOf(@class))]) : self,
        "partition" => Partition,
        "map" => static (evaluator, self, arguments) => Like(self, [.. Map(evaluator, self, arguments[0])]),
        "mapIndexed" => static (evaluator, self, arguments) => Like(self, [.. MapIndexed(evaluator, self, arguments[0])]),
        "mapNonNull" => static (evaluator, self, arguments) =>
            Like(self, [.. Map(evaluator, self, arguments[0]).Where(item => item is not NullValue)]),
        "mapNonNullIndexed" => static (evaluator, self, arguments) =>
            Like(self, [.. MapIndexed(evaluator, self, arguments[0]).Where(item => item is not NullValue)]),
        "flatMap" => static (evaluator, self, arguments) => Concatenate(evaluator, self, Map(evaluator, self, arguments[0])),
        "flatMapIndexed" => static (evaluator, self, arguments) => Concatenate(evaluator, self, MapIndexed(evaluator, self, arguments[0])),
        "flatten" => Flatten,
        "fold" => Fold,
        "foldBack" => FoldBack,
        "foldIndexed" => FoldIndexed,
        "reduce" => static (evaluator, self, arguments) => Reduce(evaluator, NonEmpty(evaluator, self), arguments[0]),
        "reduceOrNull" => static (evaluator, self, arguments) =>
            Items(self).IsEmpty ? NullValue.Instance : Reduce(evaluator, Items(self), arguments[0]),
        "groupBy" => GroupBy,
        "toMap" => ToMap,
        "zip" => static (_, self, arguments) =>
            Like(self, [.. Items(self).Zip(Items(arguments[0]), (first, second) => (Value)new PairValue(first, second))]),
        "repeat" => Repeat,
        _ => null,
    };

    private static PairValue Partition(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var (matching, other) = (ImmutableArray.CreateBuilder<Value>(), ImmutableArray.CreateBuilder<Value>());
        foreach (var item in Items(self)) (evaluator.Test(Function(arguments[0]), item) ? matching : other).Add(item);
        return new PairValue(Like(self, matching.ToImmutable()), Like(self, other.ToImmutable()));
    }

    private static IEnumerable<Value> Map(Evaluator evaluator, Value self, Value transform)
    {
        foreach (var item in Items(self)) yield return evaluator.Call(Function(transform), item);
    }

    private static IEnumerable<Value> MapIndexed(Evaluator evaluator, Value self, Value transform)
    {
        var index = 0L;
        foreach (var item in Items(self)) yield return evaluator.Call(Function(transform), Of(index++), item);
    }

    private static Value Concatenate(Evaluator evaluator, Value self, IEnumerable<Value> collections)
    {
        var result = ImmutableArray.CreateBuilder<Value>();
        foreach (var collection in collections)
        {
            if (collection is not (ListValue or SetValue)) throw evaluator.FailType(collection, evaluator.Base.Collection);
            evaluator.Account(Items(collection).Length);
            result.AddRange(Items(collection));
        }
        return Like(self, result.ToImmutable());
    }

    private static Value Flatten(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var result = ImmutableArray.CreateBuilder<Value>();
        foreach (var item in Items(self))
        {
            if (Parts(evaluator, item) is not { } parts)
                throw evaluator.Fail("Cannot flatten a collection containing a non-collection element.", ("Element", item));
            result.AddRange(parts);
        }
        evaluator.Account(result.Count);
        return Like(self, result.ToImmutable());
    }

    // Whatever the reference can iterate over, not only collections; null for all else.
    private static IEnumerable<Value>? Parts(Evaluator evaluator, Value value) => value switch
    {
        ListValue or SetValue => Items(value),
        PairValue pair => [pair.First, pair.Second],
        IntSeqValue seq => IntSeqMembers.Numbers(evaluator, seq),
        BytesValue bytes => bytes.Value.ToArray().Select(octet => Of((long)octet)),
        ObjectValue { IsListing: true } listing => ListingMembers.Elements(evaluator, listing),
        _ => null,
    };

    private static Value Fold(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var result = arguments[0];
        foreach (var item in Items(self)) result = evaluator.Call(Function(arguments[1]), result, item);
        return result;
    }

    private static Value FoldBack(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var result = arguments[0];
        for (var i = Items(self).Length - 1; i >= 0; i--) result = evaluator.Call(Function(arguments[1]), Items(self)[i], result);
        return result;
    }

    private static Value FoldIndexed(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var result = arguments[0];
        var index = 0L;
        foreach (var item in Items(self)) result = evaluator.Call(Function(arguments[1]), Of(index++), result, item);
        return result;
    }

    private static Value Reduce(Evaluator evaluator, ImmutableArray<Value> items, Value @operator)
    {
        var result = items[0];
        foreach (var item in items.AsSpan()[1..]) result = evaluator.Call(Function(@operator), result, item);
        return result;
    }

    private static MapValue GroupBy(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var groups = new OrderedDictionary<Value, ImmutableArray<Value>.Builder>();
        foreach (var item in Items(self))
        {
            var key = evaluator.Call(Function(arguments[0]), item);
            if (!groups.TryGetValue(key, out var group)) groups.Add(key, group = ImmutableArray.CreateBuilder<Value>());
            group.Add(item);
        }
        return new MapValue(groups.Select(group => KeyValuePair.Create(group.Key, Like(self, group.Value.ToImmutable()))));
    }

    private static MapValue ToMap(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var entries = new List<KeyValuePair<Value, Value>>();
        foreach (var item in Items(self))
        {
            var key = evaluator.Call(Function(arguments[0]), item);
            entries.Add(new(key, evaluator.Call(Function(arguments[1]), item)));
        }
        return new MapValue(entries);
    }

    // A list, of a set too.
    private static Value Repeat(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var items = Items(self);
        var count = Count(evaluator, Int(arguments[0]));
        evaluator.Account((long)items.Length * count);
        var result = ImmutableArray.CreateBuilder<Value>(items.Length * count);
        for (var i = 0; i < count; i++) result.AddRange(items);
        return Of(result.DrainToImmutable());
    }
}
