using System.Collections.Immutable;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary><c>Map</c></summary>
internal static class MapMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "length" => static (_, self, _) => Of((long)Entries(self).Length),
        "isEmpty" => static (_, self, _) => Of(Entries(self).IsEmpty),
        "keys" => static (_, self, _) => new SetValue(Entries(self).Select(entry => entry.Key)),
        "values" => static (_, self, _) => Of([.. Entries(self).Select(entry => entry.Value)]),
        "entries" => static (_, self, _) => Of([.. Entries(self).Select(entry => (Value)new PairValue(entry.Key, entry.Value))]),
        "getOrNull" => static (_, self, arguments) => OrNull(((MapValue)self).Find(arguments[0])),
        "containsKey" => static (_, self, arguments) => Of(((MapValue)self).Find(arguments[0]) is not null),
        "containsValue" => static (_, self, arguments) =>
            arguments[0] is var value ? Of(Entries(self).Any(entry => entry.Value.Equals(value))) : self,
        "put" => static (_, self, arguments) => new MapValue([.. Entries(self), new(arguments[0], arguments[1])]),
        "remove" => static (_, self, arguments) =>
            arguments[0] is var key && ((MapValue)self).Find(key) is not null
                ? new MapValue(Entries(self).Where(entry => !entry.Key.Equals(key)))
                : self,
        "filter" => static (evaluator, self, arguments) => Function(arguments[0]) is var predicate
            ? new MapValue(Entries(self).Where(entry => evaluator.Test(predicate, entry.Key, entry.Value)))
            : self,
        "fold" => Fold,
        "map" => Map,
        "mapKeys" => static (evaluator, self, arguments) => Function(arguments[0]) is var transform
            ? new MapValue(Entries(self).Select(entry => KeyValuePair.Create(evaluator.Call(transform, entry.Key, entry.Value), entry.Value)))
            : self,
        "mapValues" => static (evaluator, self, arguments) => Function(arguments[0]) is var transform
            ? new MapValue(Entries(self).Select(entry => KeyValuePair.Create(entry.Key, evaluator.Call(transform, entry.Key, entry.Value))))
            : self,
        "flatMap" => FlatMap,
        "every" => static (evaluator, self, arguments) => Function(arguments[0]) is var predicate
            ? Of(Entries(self).All(entry => evaluator.Test(predicate, entry.Key, entry.Value)))
            : self,
        "any" => static (evaluator, self, arguments) => Function(arguments[0]) is var predicate
            ? Of(Entries(self).Any(entry => evaluator.Test(predicate, entry.Key, entry.Value)))
            : self,
        "toMap" => static (_, self, _) => self,
        "toDynamic" => ToDynamic,
        "toTyped" => static (evaluator, self, arguments) => TypedConversion.OfMap(evaluator, (MapValue)self, (ClassValue)arguments[0]),
        "toMapping" => ToMapping,
        _ => null,
    };

    private static ImmutableArray<KeyValuePair<Value, Value>> Entries(Value map) => ((MapValue)map).Entries;

    private static Value Fold(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var result = arguments[0];
        foreach (var entry in Entries(self)) result = evaluator.Call(Function(arguments[1]), result, entry.Key, entry.Value);
        return result;
    }

    private static MapValue Map(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var entries = new List<KeyValuePair<Value, Value>>();
        foreach (var entry in Entries(self))
        {
            var result = evaluator.Call(Function(arguments[0]), entry.Key, entry.Value);
            if (result is not PairValue pair) throw evaluator.FailType(result, evaluator.Base.Pair);
            entries.Add(new(pair.First, pair.Second));
        }
        return new MapValue(entries);
    }

    private static MapValue FlatMap(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var entries = new List<KeyValuePair<Value, Value>>();
        foreach (var entry in Entries(self))
        {
            var result = evaluator.Call(Function(arguments[0]), entry.Key, entry.Value);
            if (result is not MapValue map) throw evaluator.FailType(result, evaluator.Base.Map);
            evaluator.Account(map.Entries.Length);
            entries.AddRange(map.Entries);
        }
        return new MapValue(entries);
    }

    private static ObjectValue ToDynamic(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var builder = new ObjectBuilder(evaluator);
        foreach (var entry in Entries(self))
            _ = entry.Key is StringValue name ? builder.Property(name.Value, entry.Value) : builder.Entry(entry.Key, entry.Value);
        return builder.ToDynamic();
    }

    private static ObjectValue ToMapping(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var builder = new ObjectBuilder(evaluator);
        foreach (var entry in Entries(self)) builder.Entry(entry.Key, entry.Value);
        return builder.ToMapping();
    }
}

/// <summary><c>Pair</c></summary>
internal static class PairMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "first" or "key" => static (_, self, _) => ((PairValue)self).First,
        "second" or "value" => static (_, self, _) => ((PairValue)self).Second,
        _ => null,
    };
}

/// <summary><c>IntSeq</c></summary>
internal static class IntSeqMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "start" => static (_, self, _) => Of(((IntSeqValue)self).Start),
        "end" => static (_, self, _) => Of(((IntSeqValue)self).End),
        // The property, and the method of the same name.
        "step" => static (_, self, arguments) => (IntSeqValue)self is var seq && arguments.IsEmpty
            ? Of(seq.Step)
            : new IntSeqValue(((IntSeqValue)self).Start, ((IntSeqValue)self).End, Int(arguments[0])),
        "fold" => Fold,
        "map" => static (evaluator, self, arguments) => Function(arguments[0]) is var mapper
            ? Of([.. Numbers(evaluator, (IntSeqValue)self).Select(number => evaluator.Call(mapper, number))])
            : self,
        "toList" => static (evaluator, self, _) => Of([.. Numbers(evaluator, (IntSeqValue)self)]),
        "toListing" => ToListing,
        _ => null,
    };

    /// <summary>The numbers, each counted against the evaluation's budget.</summary>
    public static IEnumerable<Value> Numbers(Evaluator evaluator, IntSeqValue seq)
    {
        foreach (var number in seq.Numbers())
        {
            evaluator.Account(1);
            yield return Of(number);
        }
    }

    private static Value Fold(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var result = arguments[0];
        foreach (var number in Numbers(evaluator, (IntSeqValue)self)) result = evaluator.Call(Function(arguments[1]), result, number);
        return result;
    }

    private static ObjectValue ToListing(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var builder = new ObjectBuilder(evaluator);
        foreach (var number in Numbers(evaluator, (IntSeqValue)self)) builder.Element(number);
        return builder.ToListing();
    }
}
