using System.Globalization;
using System.Text;
using Edge.Config.Evaluation;

namespace Edge.Config.Library;

/// <summary>
/// Values as errors, <c>toString()</c> and interpolation write them: Pkl-like, and without computing members. A member that was not
/// computed yet is a question mark.
/// </summary>
internal sealed class ValueText
{
    /// <summary>What stands for a value from the environment where people may see it.</summary>
    public const string Mask = "<masked>";

    // As the reference limits a line of values in its errors.
    private const int ShownLength = 80;

    private readonly Evaluator _evaluator;
    private readonly StringBuilder _text = new();
    private readonly bool _isMultiLine;
    private readonly bool _masks;
    private readonly int _limit;
    private string _indent = "";
    private bool _holdsEnvironment;

    private ValueText(Evaluator evaluator, bool isMultiLine, bool masks, int limit)
    {
        _evaluator = evaluator;
        _isMultiLine = isMultiLine;
        _masks = masks;
        _limit = limit;
    }

    /// <summary>For an error: one line of at most <paramref name="limit"/> characters, values from the environment masked.</summary>
    public static string Shown(Evaluator evaluator, Value value, int limit = ShownLength) =>
        new ValueText(evaluator, isMultiLine: false, masks: true, limit).Render(value);

    /// <summary>Over several lines, as <c>trace()</c> prints it; values from the environment masked.</summary>
    public static string Pretty(Evaluator evaluator, Value value) =>
        new ValueText(evaluator, isMultiLine: true, masks: true, int.MaxValue).Render(value);

    /// <summary>The result of <c>Any.toString()</c>: objects are computed first. Marked if any value in it is.</summary>
    public static StringValue Of(Evaluator evaluator, Value value)
    {
        if (value is StringValue text) return text;
        if (Simple(value) is { } simple) return new StringValue(simple) { FromEnvironment = value.FromEnvironment };
        if (value is ObjectValue or PairValue) ForceDefined(evaluator, value, new HashSet<object>(ReferenceEqualityComparer.Instance));
        // The reference writes objects in lists and sets over several lines, and all else on one.
        var result = new ValueText(evaluator, value is ListValue or SetValue, masks: false, int.MaxValue);
        var rendered = result.Render(value);
        return new StringValue(rendered) { FromEnvironment = result._holdsEnvironment };
    }

    /// <summary>Values that read the same everywhere; null for all others.</summary>
    public static string? Simple(Value value) => value switch
    {
        NullValue => "null",
        BooleanValue boolean => boolean.Value ? "true" : "false",
        IntValue number => number.Value.ToString(CultureInfo.InvariantCulture),
        FloatValue number => NumberText.Of(number.Value),
        DurationValue duration => $"{NumberText.OfQuantity(duration.Value)}.{DurationMembers.SymbolOf(duration.Unit)}",
        DataSizeValue size => $"{NumberText.OfQuantity(size.Value)}.{DataSizeMembers.SymbolOf(size.Unit)}",
        RegexValue regex => $"Regex({StringText.QuoteWithCustomDelimiters(regex.Regex.Pattern)})",
        BytesValue bytes => $"Bytes({string.Join(", ", bytes.Value.ToArray())})",
        IntSeqValue { Step: 1 } seq => string.Create(CultureInfo.InvariantCulture, $"IntSeq({seq.Start}, {seq.End})"),
        IntSeqValue seq => string.Create(CultureInfo.InvariantCulture, $"IntSeq({seq.Start}, {seq.End}).step({seq.Step})"),
        ClassValue @class => @class.DisplayName,
        TypeAliasValue alias => alias.DisplayName,
        _ => null,
    };

    // Computes what has a value, deeply; what has none stays a question mark.
    private static void ForceDefined(Evaluator evaluator, Value value, HashSet<object> visited)
    {
        Value.GuardDepth();
        switch (value)
        {
            case PairValue pair:
                ForceDefined(evaluator, pair.First, visited);
                ForceDefined(evaluator, pair.Second, visited);
                break;
            case ListValue or SetValue:
                foreach (var item in Arguments.Items(value)) ForceDefined(evaluator, item, visited);
                break;
            case MapValue map:
                foreach (var entry in map.Entries)
                {
                    ForceDefined(evaluator, entry.Key, visited);
                    ForceDefined(evaluator, entry.Value, visited);
                }
                break;
            case ObjectValue { IsForced: false } @object when visited.Add(@object):
                foreach (var (key, _, _) in Evaluator.ShownMembers(@object))
                    if (ReadDefined(evaluator, @object, key) is { } member)
                        ForceDefined(evaluator, member, visited);
                break;
        }
    }

    private static Value? ReadDefined(Evaluator evaluator, ObjectValue @object, object key)
    {
        var depth = evaluator.CallDepth;
        try
        {
            return evaluator.TryRead(@object, key);
        }
        catch (EvaluationException e) when (e.IsUndefinedValue)
        {
            evaluator.Unwind(depth);
            return null;
        }
    }

    private string Render(Value value)
    {
        try
        {
            Visit(value, isExplicit: true);
        }
        catch (LimitReachedException)
        {
            return string.Concat(_text.ToString().AsSpan(0, Math.Max(0, _limit - 3)), "...");
        }
        return _text.ToString();
    }

    // Where the class of an object cannot be told from its place, it is written: `new Listing {...}`.
    private void Visit(Value value, bool isExplicit)
    {
        Value.GuardDepth();
        _holdsEnvironment |= value.FromEnvironment;
        switch (value)
        {
            case { FromEnvironment: true } when _masks: Append(Mask); break;
            case StringValue text: Append(StringText.Quote(text.Value)); break;
            case BytesValue bytes: Append(Abridged(bytes)); break;
            case PairValue pair: VisitAll("Pair(", [pair.First, pair.Second]); break;
            case ListValue list: VisitAll("List(", list.Items.AsSpan()); break;
            case SetValue set: VisitAll("Set(", set.Items.AsSpan()); break;
            case MapValue map:
                var flat = new List<Value>();
                foreach (var entry in map.Entries) flat.AddRange([entry.Key, entry.Value]);
                VisitAll("Map(", [.. flat]);
                break;
            case FunctionValue function:
                if (isExplicit) Append($"new {_evaluator.ClassOf(function).SimpleName} ");
                Append("{}");
                break;
            case ObjectValue @object:
                if (isExplicit) Append($"new {@object.Class.SimpleName} ");
                VisitObject(@object);
                break;
            default: Append(Simple(value)!); break;
        }
    }

    private void VisitAll(string opening, ReadOnlySpan<Value> values)
    {
        Append(opening);
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0) Append(", ");
            Visit(values[i], isExplicit: true);
        }
        Append(")");
    }

    private void VisitObject(ObjectValue @object)
    {
        var (outer, separator) = _isMultiLine ? ("\n", "\n") : (" ", "; ");
        Append("{");
        if (_isMultiLine) _indent += "  ";
        var isFirst = true;
        foreach (var (key, member, _) in Evaluator.ShownMembers(@object))
        {
            Append(isFirst ? outer : separator);
            isFirst = false;
            Append(_indent);
            VisitMember(@object, key, member);
        }
        if (_isMultiLine) _indent = _indent[..^2];
        if (!isFirst) Append(outer + _indent);
        Append("}");
    }

    private void VisitMember(ObjectValue @object, object key, Member member)
    {
        var isComputed = @object.Cache.TryGet(key, out var value);
        if (member.Kind == MemberKind.Property)
        {
            Append(StringText.Identifier((string)key));
        }
        else if (member.Kind == MemberKind.Entry)
        {
            Append("[");
            Visit((Value)key, isExplicit: true);
            Append("]");
        }
        if (member.Kind != MemberKind.Element) Append(isComputed && value is ObjectValue ? " " : " = ");
        if (isComputed) Visit(value, isExplicit: member.Kind == MemberKind.Element);
        else Append("?");
    }

    private static string Abridged(BytesValue bytes)
    {
        if (bytes.Value.Length <= 8) return Simple(bytes)!;
        var first = string.Join(", ", bytes.Value[..8].ToArray());
        var size = BytesMembers.SizeOf(bytes);
        var format = size.Value % 1 == 0 ? "F0" : size.Value * 10 % 1 == 0 ? "F1" : "F2";
        return $"Bytes({first}, ... <total size: {size.Value.ToString(format, CultureInfo.InvariantCulture)}.{DataSizeMembers.SymbolOf(size.Unit)}>)";
    }

    private void Append(string text)
    {
        _text.Append(text);
        if (_text.Length >= _limit) throw new LimitReachedException();
    }

    private sealed class LimitReachedException : Exception;
}
