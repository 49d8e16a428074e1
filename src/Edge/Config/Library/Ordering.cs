using Edge.Config.Evaluation;

namespace Edge.Config.Library;

/// <summary>The order of strings, numbers, durations and data sizes, and sorting by it.</summary>
internal static class Ordering
{
    // Runs of this length are sorted by insertion before they are merged.
    private const int Run = 8;

    /// <summary>Whether <c>left &lt; right</c>.</summary>
    /// <exception cref="EvaluationException">The types have no order, or none with each other.</exception>
    public static bool IsLess(Evaluator evaluator, Value left, Value right) => (left, right) switch
    {
        (IntValue a, IntValue b) => a.Value < b.Value,
        (IntValue or FloatValue, IntValue or FloatValue) => Arguments.Number(left) < Arguments.Number(right),
        (StringValue a, StringValue b) => string.CompareOrdinal(a.Value, b.Value) < 0,
        (DurationValue a, DurationValue b) => a.CompareTo(b) < 0,
        (DataSizeValue a, DataSizeValue b) => a.CompareTo(b) < 0,
        _ => throw NotDefined(evaluator, "<", left, right),
    };

    /// <summary>Whether <c>left &gt; right</c>; NaN is neither less nor greater.</summary>
    public static bool IsGreater(Evaluator evaluator, Value left, Value right) =>
        HasOrder(left, right) ? IsLess(evaluator, right, left) : throw NotDefined(evaluator, ">", left, right);

    /// <summary>
    /// A merge sort that asks the reference's questions in the reference's order: the program sees which pairs a comparator of its
    /// own is asked about, and what a comparator that is no order makes of them.
    /// </summary>
    public static Value[] Sort(ReadOnlySpan<Value> items, Func<Value, Value, bool> isLess)
    {
        var sorted = items.ToArray();
        for (var start = 0; start < sorted.Length; start += Run)
            Insert(sorted.AsSpan(start, Math.Min(Run, sorted.Length - start)), isLess);
        var copy = new Value[sorted.Length];
        for (var width = Run; width < sorted.Length; width *= 2)
            for (var start = 0; start + width < sorted.Length; start += 2 * width)
                Merge(sorted, copy, start, start + width, Math.Min(start + 2 * width, sorted.Length), isLess);
        return sorted;
    }

    private static void Insert(Span<Value> run, Func<Value, Value, bool> isLess)
    {
        for (var i = 1; i < run.Length; i++)
            for (var j = i; j > 0 && isLess(run[j], run[j - 1]); j--)
                (run[j], run[j - 1]) = (run[j - 1], run[j]);
    }

    private static void Merge(Value[] sorted, Value[] copy, int start, int middle, int end, Func<Value, Value, bool> isLess)
    {
        if (isLess(sorted[middle - 1], sorted[middle])) return;
        Array.Copy(sorted, start, copy, start, end - start);
        var (left, right) = (start, middle);
        for (var at = start; at < end; at++)
        {
            var takesRight = left >= middle || (right < end && isLess(copy[right], copy[left]));
            sorted[at] = takesRight ? copy[right++] : copy[left++];
        }
    }

    private static bool HasOrder(Value left, Value right) => (left, right) is
        (IntValue or FloatValue, IntValue or FloatValue) or (StringValue, StringValue) or (DurationValue, DurationValue)
        or (DataSizeValue, DataSizeValue);

    private static EvaluationException NotDefined(Evaluator evaluator, string @operator, Value left, Value right) => evaluator.Fail(
        $"Operator `{@operator}` is not defined for operand types `{evaluator.ClassOf(left).DisplayName}` and `{evaluator.ClassOf(right).DisplayName}`.",
        ("Left operand", left),
        ("Right operand", right));
}
