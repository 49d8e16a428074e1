using System.Collections.Immutable;
using System.Globalization;
using Edge.Config.Evaluation;

namespace Edge.Config.Library;

// What library members read and return. The evaluator has checked receivers and arguments against the declared types, so the
// casts cannot fail.
internal static class Arguments
{
    public static string Text(Value value) => ((StringValue)value).Value;

    public static long Int(Value value) => ((IntValue)value).Value;

    /// <summary>A Number as a double.</summary>
    public static double Number(Value value) => value is IntValue number ? number.Value : ((FloatValue)value).Value;

    public static FunctionValue Function(Value value) => (FunctionValue)value;

    public static ObjectValue Object(Value value) => (ObjectValue)value;

    /// <summary>A List's or Set's elements.</summary>
    public static ImmutableArray<Value> Items(Value value) => value is SetValue set ? set.Items : ((ListValue)value).Items;

    public static Value Of(string text) => text.Length == 0 ? StringValue.Empty : new StringValue(text);

    public static Value Of(bool value) => BooleanValue.Of(value);

    public static Value Of(long value) => IntValue.Of(value);

    public static Value Of(double value) => new FloatValue(value);

    public static Value Of(ImmutableArray<Value> items) => items.IsEmpty ? ListValue.Empty : new ListValue(items);

    /// <summary>The value, or Pkl's null.</summary>
    public static Value OrNull(Value? value) => value ?? NullValue.Instance;

    /// <summary>An error with values that it shows on lines of their own.</summary>
    public static EvaluationException Fail(this Evaluator evaluator, string headline, params ReadOnlySpan<(string Name, Value Value)> shown)
    {
        var values = ImmutableArray.CreateBuilder<ShownValue>(shown.Length);
        foreach (var (name, value) in shown) values.Add(new ShownValue(name, ValueText.Shown(evaluator, value)));
        return new EvaluationException(headline, evaluator.CaptureFrames()) { Values = values.DrainToImmutable() };
    }

    /// <summary>A number as the reference's errors write it: <c>1,114,112</c>.</summary>
    public static string Grouped(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count that must not be negative and fits in memory.</summary>
    public static int Count(Evaluator evaluator, long n)
    {
        if (n < 0) throw evaluator.Fail($"Expected a positive number, but got `{Grouped(n)}`.");
        return n <= int.MaxValue ? (int)n : throw evaluator.Fail($"Int value `{Grouped(n)}` is too large (only Int32 supported here).");
    }

    /// <summary>As <see cref="Count"/>, but what is beyond <paramref name="length"/> is it.</summary>
    public static int CountUpTo(Evaluator evaluator, long n, int length) => n >= length ? length : Count(evaluator, n);
}
