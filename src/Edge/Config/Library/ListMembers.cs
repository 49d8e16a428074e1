using System.Collections.Immutable;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary>What <c>List</c> has beyond <see cref="CollectionMembers"/>: positions.</summary>
internal static class ListMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "lastIndex" => static (_, self, _) => Of(Items(self).Length - 1L),
        "getOrNull" => static (_, self, arguments) => Has(self, arguments[0]) ? Items(self)[(int)Int(arguments[0])] : NullValue.Instance,
        "sublist" => static (evaluator, self, arguments) => Of(Items(self)[Range(evaluator, self, arguments)]),
        "sublistOrNull" => static (_, self, arguments) =>
            TryRange(Items(self).Length, Int(arguments[0]), Int(arguments[1])) is { } range ? Of(Items(self)[range]) : NullValue.Instance,
        "replace" => static (evaluator, self, arguments) => Replace(self, arguments)
            ?? throw CollectionMembers.OutOfRange(evaluator, self, Int(arguments[0]), 0, Items(self).Length - 1L),
        "replaceOrNull" => static (_, self, arguments) => OrNull(Replace(self, arguments)),
        "replaceRange" => static (evaluator, self, arguments) => ReplaceRange(self, Range(evaluator, self, arguments), arguments[2]),
        "replaceRangeOrNull" => static (_, self, arguments) =>
            TryRange(Items(self).Length, Int(arguments[0]), Int(arguments[1])) is { } range
                ? ReplaceRange(self, range, arguments[2])
                : NullValue.Instance,
        "isDistinct" => static (_, self, _) => Of(new HashSet<Value>(Items(self)).Count == Items(self).Length),
        "isDistinctBy" => IsDistinctBy,
        "distinct" => static (_, self, _) => Of([.. Items(self).Distinct()]),
        "distinctBy" => static (evaluator, self, arguments) =>
            Function(arguments[0]) is var selector ? Of([.. Items(self).DistinctBy(item => evaluator.Call(selector, item))]) : self,
        "indexOf" => static (evaluator, self, arguments) => IndexOf(self, arguments[0]) ?? throw NotFound(evaluator, self, arguments[0]),
        "indexOfOrNull" => static (_, self, arguments) => OrNull(IndexOf(self, arguments[0])),
        "lastIndexOf" => static (evaluator, self, arguments) => LastIndexOf(self, arguments[0]) ?? throw NotFound(evaluator, self, arguments[0]),
        "lastIndexOfOrNull" => static (_, self, arguments) => OrNull(LastIndexOf(self, arguments[0])),
        "findIndex" => static (evaluator, self, arguments) =>
            FindIndex(evaluator, Items(self), arguments[0]) ?? throw CollectionMembers.NoMatch(evaluator, self),
        "findIndexOrNull" => static (evaluator, self, arguments) => OrNull(FindIndex(evaluator, Items(self), arguments[0])),
        "findLastIndex" => static (evaluator, self, arguments) =>
            FindLastIndex(evaluator, Items(self), arguments[0]) ?? throw CollectionMembers.NoMatch(evaluator, self),
        "findLastIndexOrNull" => static (evaluator, self, arguments) => OrNull(FindLastIndex(evaluator, Items(self), arguments[0])),
        "toBytes" => static (evaluator, self, _) => BaseMembers.MakeBytes(evaluator, Items(self).AsSpan()),
        _ => null,
    };

    private static bool Has(Value self, Value index) => Int(index) >= 0 && Int(index) < Items(self).Length;

    private static Range? TryRange(long length, long start, long end) =>
        start < 0 || start > length || end < start || end > length ? null : (int)start..(int)end;

    private static Range Range(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var (start, end, length) = (Int(arguments[0]), Int(arguments[1]), Items(self).Length);
        if (TryRange(length, start, end) is { } range) return range;
        throw start < 0 || start > length
            ? CollectionMembers.OutOfRange(evaluator, self, start, 0, length)
            : CollectionMembers.OutOfRange(evaluator, self, end, start, length);
    }

    private static Value? Replace(Value self, ReadOnlySpan<Value> arguments) =>
        Has(self, arguments[0]) ? Of(Items(self).SetItem((int)Int(arguments[0]), arguments[1])) : null;

    private static Value ReplaceRange(Value self, Range range, Value replacement) =>
        Of([.. Items(self)[..range.Start], .. Items(replacement), .. Items(self)[range.End..]]);

    private static BooleanValue IsDistinctBy(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var seen = new HashSet<Value>();
        foreach (var item in Items(self))
            if (!seen.Add(evaluator.Call(Function(arguments[0]), item)))
                return BooleanValue.False;
        return BooleanValue.True;
    }

    private static IntValue? IndexOf(Value self, Value item) => Items(self).IndexOf(item) is var index && index >= 0 ? IntValue.Of(index) : null;

    private static IntValue? LastIndexOf(Value self, Value item) =>
        Items(self).LastIndexOf(item) is var index && index >= 0 ? IntValue.Of(index) : null;

    private static EvaluationException NotFound(Evaluator evaluator, Value self, Value item) =>
        evaluator.Fail("Cannot find element in collection.", ("Element", item), ("Collection", self));

    private static IntValue? FindIndex(Evaluator evaluator, ImmutableArray<Value> items, Value predicate)
    {
        for (var i = 0; i < items.Length; i++)
            if (evaluator.Test(Function(predicate), items[i]))
                return IntValue.Of(i);
        return null;
    }

    private static IntValue? FindLastIndex(Evaluator evaluator, ImmutableArray<Value> items, Value predicate)
    {
        for (var i = items.Length - 1; i >= 0; i--)
            if (evaluator.Test(Function(predicate), items[i]))
                return IntValue.Of(i);
        return null;
    }
}

/// <summary>What <c>Set</c> has beyond <see cref="CollectionMembers"/>.</summary>
internal static class SetMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "intersect" => static (_, self, arguments) =>
            (SetValue)arguments[0] is var other ? CollectionMembers.Like(self, [.. Items(self).Where(other.Contains)]) : self,
        "difference" => static (_, self, arguments) =>
            (SetValue)arguments[0] is var other ? CollectionMembers.Like(self, [.. Items(self).Where(item => !other.Contains(item))]) : self,
        _ => null,
    };
}
