using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

internal static partial class CollectionMembers
{
    // Sorting and reversing make lists, of sets too.
    private static ExternalMember? FindOrder(string member) => member switch
    {
        "min" => static (evaluator, self, _) => Extreme(evaluator, NonEmpty(evaluator, self), null, isMax: false),
        "minOrNull" => static (evaluator, self, _) => Extreme(evaluator, Items(self), null, isMax: false),
        "max" => static (evaluator, self, _) => Extreme(evaluator, NonEmpty(evaluator, self), null, isMax: true),
        "maxOrNull" => static (evaluator, self, _) => Extreme(evaluator, Items(self), null, isMax: true),
        "minBy" => static (evaluator, self, arguments) => Extreme(evaluator, NonEmpty(evaluator, self), Function(arguments[0]), isMax: false),
        "minByOrNull" => static (evaluator, self, arguments) => Extreme(evaluator, Items(self), Function(arguments[0]), isMax: false),
        "maxBy" => static (evaluator, self, arguments) => Extreme(evaluator, NonEmpty(evaluator, self), Function(arguments[0]), isMax: true),
        "maxByOrNull" => static (evaluator, self, arguments) => Extreme(evaluator, Items(self), Function(arguments[0]), isMax: true),
        "minWith" => static (evaluator, self, arguments) =>
            ExtremeWith(evaluator, NonEmpty(evaluator, self), Function(arguments[0]), isMax: false, self is SetValue),
        "minWithOrNull" => static (evaluator, self, arguments) =>
            ExtremeWith(evaluator, Items(self), Function(arguments[0]), isMax: false, self is SetValue),
        // Of a set the reference takes the least: it passes the operands as for `minWith`.
        "maxWith" => static (evaluator, self, arguments) =>
            ExtremeWith(evaluator, NonEmpty(evaluator, self), Function(arguments[0]), isMax: self is ListValue, isSet: self is SetValue),
        "maxWithOrNull" => static (evaluator, self, arguments) =>
            ExtremeWith(evaluator, Items(self), Function(arguments[0]), isMax: true, self is SetValue),
        "sort" => static (evaluator, self, _) => Sorted(self, (left, right) => Ordering.IsLess(evaluator, left, right)),
        "sortBy" => SortBy,
        "sortWith" => SortWith,
        "reverse" => static (_, self, _) => Of([.. Items(self).Reverse()]),
        _ => null,
    };

    // The first of several that are equal; null of an empty collection.
    private static Value Extreme(Evaluator evaluator, ImmutableArray<Value> items, FunctionValue? selector, bool isMax)
    {
        if (items.IsEmpty) return NullValue.Instance;
        var result = items[0];
        var best = selector is null ? result : evaluator.Call(selector, result);
        foreach (var item in items.AsSpan()[1..])
        {
            var key = selector is null ? item : evaluator.Call(selector, item);
            if (!(isMax ? Ordering.IsGreater(evaluator, key, best) : Ordering.IsLess(evaluator, key, best))) continue;
            (result, best) = (item, key);
        }
        return result;
    }

    private static Value ExtremeWith(Evaluator evaluator, ImmutableArray<Value> items, FunctionValue comparator, bool isMax, bool isSet)
    {
        if (items.IsEmpty) return NullValue.Instance;
        var result = items[0];
        foreach (var item in items.AsSpan()[1..])
        {
            var (left, right) = isMax ? (result, item) : (item, result);
            // Only a set's comparator may still give a number.
            if (isSet ? IsLess(evaluator, comparator, left, right) : evaluator.Test(comparator, left, right)) result = item;
        }
        return result;
    }

    private static Value SortBy(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var selector = Function(arguments[0]);
        return Sorted(
            self,
            (left, right) =>
            {
                var leftKey = evaluator.Call(selector, left);
                return Ordering.IsLess(evaluator, leftKey, evaluator.Call(selector, right));
            });
    }

    private static Value SortWith(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var comparator = Function(arguments[0]);
        return Sorted(self, (left, right) => IsLess(evaluator, comparator, left, right));
    }

    // Deprecated, as Java's comparators: a negative number is less.
    private static bool IsLess(Evaluator evaluator, FunctionValue comparator, Value left, Value right) =>
        evaluator.Call(comparator, left, right) switch
        {
            BooleanValue isLess => isLess.Value,
            IntValue difference => difference.Value < 0,
            var other => throw evaluator.Fail(
                $"Expected value of type `Boolean` or `Int`, but got type `{evaluator.ClassOf(other).DisplayName}`.", ("Value", other)),
        };

    private static Value Sorted(Value self, Func<Value, Value, bool> isLess) =>
        Of(ImmutableCollectionsMarshal.AsImmutableArray(Ordering.Sort(Items(self).AsSpan(), isLess)));
}
