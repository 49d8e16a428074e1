using System.Text;
using Edge.Config.Library;

namespace Edge.Config.Evaluation;

/// <summary>Values as errors, traces and <c>toString()</c> show them. What comes from the environment is not shown.</summary>
internal sealed class ValueText
{
    private const string Masked = "<from the environment>";

    private readonly StringBuilder _text = new();
    private readonly int _limit;
    private readonly bool _showsSecrets;

    private ValueText(int limit, bool showsSecrets)
    {
        _limit = limit;
        _showsSecrets = showsSecrets;
    }

    public static string Quote(string text) => StringText.Quote(text);

    /// <summary>One line, cut after <paramref name="limit"/> characters; members that were not computed appear as <c>?</c>.</summary>
    public static string SingleLine(Value value, int limit, bool showsSecrets = false)
    {
        var text = new ValueText(limit, showsSecrets);
        text.Append(value, isExplicit: true);
        return text.Cut();
    }

    private bool IsFull => _text.Length >= _limit;

    private string Cut()
    {
        if (!IsFull) return _text.ToString();
        _text.Length = Math.Max(0, _limit - 3);
        return _text.Append("...").ToString();
    }

    private void Append(Value value, bool isExplicit)
    {
        if (IsFull) return;
        if (value.FromEnvironment && !_showsSecrets)
        {
            _text.Append(Masked);
            return;
        }
        switch (value)
        {
            case StringValue text:
                _text.Append(Quote(text.Value));
                break;
            case ListValue list:
                AppendItems("List(", list.Items.AsSpan());
                break;
            case SetValue set:
                AppendItems("Set(", set.Items.AsSpan());
                break;
            case MapValue map:
                AppendMap(map);
                break;
            case PairValue pair:
                AppendItems("Pair(", [pair.First, pair.Second]);
                break;
            case ObjectValue @object:
                AppendObject(@object, isExplicit);
                break;
            case FunctionValue function:
                if (isExplicit) _text.Append("new Function").Append(function.ParameterCount).Append(' ');
                _text.Append("{}");
                break;
            default:
                _text.Append(Scalar(value));
                break;
        }
    }

    /// <summary>A value without parts as a literal.</summary>
    public static string Scalar(Value value) => value switch
    {
        NullValue => "null",
        BooleanValue boolean => boolean.Value ? "true" : "false",
        FloatValue number => NumberText.Of(number.Value),
        DurationValue duration => NumberText.OfQuantity(duration.Value) + "." + UnitOf(duration.Unit),
        DataSizeValue size => NumberText.OfQuantity(size.Value) + "." + UnitOf(size.Unit),
        IntSeqValue sequence => $"IntSeq({sequence.Start}, {sequence.End})" + (sequence.Step == 1 ? "" : $".step({sequence.Step})"),
        RegexValue regex => $"Regex({StringText.QuoteWithCustomDelimiters(regex.Regex.Pattern)})",
        BytesValue bytes => OfBytes(bytes.Value.Span),
        _ => value.ToString() ?? "",
    };

    public static string UnitOf(DurationUnit unit) => unit switch
    {
        DurationUnit.Nanoseconds => "ns",
        DurationUnit.Microseconds => "us",
        DurationUnit.Milliseconds => "ms",
        DurationUnit.Seconds => "s",
        DurationUnit.Minutes => "min",
        DurationUnit.Hours => "h",
        _ => "d",
    };

    public static string UnitOf(DataSizeUnit unit) => unit switch
    {
        DataSizeUnit.Bytes => "b",
        DataSizeUnit.Kilobytes => "kb",
        DataSizeUnit.Kibibytes => "kib",
        DataSizeUnit.Megabytes => "mb",
        DataSizeUnit.Mebibytes => "mib",
        DataSizeUnit.Gigabytes => "gb",
        DataSizeUnit.Gibibytes => "gib",
        DataSizeUnit.Terabytes => "tb",
        DataSizeUnit.Tebibytes => "tib",
        DataSizeUnit.Petabytes => "pb",
        _ => "pib",
    };

    private static string OfBytes(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("Bytes(");
        for (var i = 0; i < Math.Min(bytes.Length, 8); i++)
        {
            if (i > 0) text.Append(", ");
            text.Append(bytes[i]);
        }
        if (bytes.Length > 8)
        {
            var (size, unit) = bytes.Length switch
            {
                < 1000 => (bytes.Length, "b"),
                < 1000_000 => (bytes.Length / 1e3, "kb"),
                _ => (bytes.Length / 1e6, "mb"),
            };
            var shown = size % 1 == 0 ? NumberText.ToFixed((long)size, 0) : NumberText.ToFixed(size, size * 10 % 1 == 0 ? 1 : 2);
            text.Append(", ... <total size: ").Append(shown).Append('.').Append(unit).Append('>');
        }
        return text.Append(')').ToString();
    }

    private void AppendItems(string opening, ReadOnlySpan<Value> items)
    {
        _text.Append(opening);
        for (var i = 0; i < items.Length && !IsFull; i++)
        {
            if (i > 0) _text.Append(", ");
            Append(items[i], isExplicit: true);
        }
        _text.Append(')');
    }

    private void AppendMap(MapValue map)
    {
        _text.Append("Map(");
        var isFirst = true;
        foreach (var entry in map.Entries)
        {
            if (IsFull) return;
            if (!isFirst) _text.Append(", ");
            isFirst = false;
            Append(entry.Key, isExplicit: true);
            _text.Append(", ");
            Append(entry.Value, isExplicit: true);
        }
        _text.Append(')');
    }

    private void AppendObject(ObjectValue value, bool isExplicit)
    {
        // A property's `new` is understood, but not its class where it is of one of its own.
        if (isExplicit) _text.Append("new ").Append(value.Class.SimpleName).Append(' ');
        _text.Append('{');
        var isFirst = true;
        foreach (var (key, member, _) in value.Class.Evaluator.ShownMembers(value))
        {
            if (IsFull) return;
            _text.Append(isFirst ? " " : "; ");
            isFirst = false;
            AppendMember(value, key, member);
        }
        _text.Append(isFirst ? "}" : " }");
    }

    private void AppendMember(ObjectValue value, object key, Member member)
    {
        var isComputed = value.TryGetComputed(key, out var content);
        switch (member.Kind)
        {
            case MemberKind.Property:
                _text.Append(StringText.Identifier((string)key));
                break;
            case MemberKind.Entry:
                _text.Append('[');
                Append((Value)key, isExplicit: true);
                _text.Append(']');
                break;
        }
        if (member.Kind != MemberKind.Element) _text.Append(isComputed && content is ObjectValue or FunctionValue ? " " : " = ");
        if (isComputed) Append(content, isExplicit: member.Kind == MemberKind.Element);
        else _text.Append('?');
    }
}
