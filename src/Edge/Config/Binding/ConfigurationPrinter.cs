using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Edge.Config.Evaluation;
using Edge.Config.Library;
using Edge.Foundation.Configuration;

namespace Edge.Config.Binding;

/// <summary>
/// Writes a bound configuration as PCF, Pkl's own data notation: every property, defaults and what was inferred included; secrets
/// and what came from the environment as <c>"***"</c>.
/// </summary>
internal sealed class ConfigurationPrinter
{
    private const string Mask = "\"" + Secret.Mask + "\"";

    private readonly Evaluator _evaluator;
    private readonly IReadOnlyDictionary<(ObjectValue Object, string Property), Value> _inferred;
    private readonly Redaction _redaction;
    private readonly StringBuilder _text = new();

    private ConfigurationPrinter(
        Evaluator evaluator, IReadOnlyDictionary<(ObjectValue, string), Value> inferred, Redaction redaction)
    {
        _evaluator = evaluator;
        _inferred = inferred;
        _redaction = redaction;
    }

    /// <summary>The document, which ends with a line feed.</summary>
    public static string Print(
        Evaluator evaluator, ObjectValue module, IReadOnlyDictionary<(ObjectValue Object, string Property), Value> inferred, Redaction redaction)
    {
        var printer = new ConfigurationPrinter(evaluator, inferred, redaction);
        printer.WriteMembers(module, "", isSecret: false);
        return printer._text.ToString();
    }

    private void WriteMembers(ObjectValue @object, string indent, bool isSecret)
    {
        foreach (var member in _evaluator.Members(@object))
        {
            _text.Append(indent);
            if (member.Kind == MemberKind.Property)
            {
                var name = ((StringValue)member.Key).Value;
                _text.Append(StringText.Identifier(name));
                // A value that was inferred is looked up by the name; it is the schema's names that are inferred.
                var value = _inferred.GetValueOrDefault((@object, name), member.Value);
                WriteValue(value, indent, " = ", isSecret || ConfigurationBinder.IsSecret(@object.Class.SimpleName, name));
            }
            else if (member.Kind == MemberKind.Entry)
            {
                _text.Append('[').Append(Plain(member.Key, isSecret: false)).Append(']');
                WriteValue(member.Value, indent, " = ", isSecret);
            }
            else
            {
                if (member.Value is ObjectValue) _text.Append("new");
                WriteValue(member.Value, indent, "", isSecret);
            }
            _text.Append('\n');
        }
    }

    private void WriteValue(Value value, string indent, string assignment, bool isSecret)
    {
        if (value is not ObjectValue @object)
        {
            _text.Append(assignment).Append(Plain(value, isSecret));
            return;
        }
        var start = _text.Append(" {").Length;
        _text.Append('\n');
        WriteMembers(@object, indent + "  ", isSecret);
        if (_text.Length == start + 1) _text.Length = start;
        else _text.Append(indent);
        _text.Append('}');
    }

    private string Plain(Value value, bool isSecret) => value switch
    {
        NullValue => "null",
        { FromEnvironment: true } => Mask,
        _ when isSecret => Mask,
        BooleanValue boolean => boolean.Value ? "true" : "false",
        IntValue number => number.Value.ToString(CultureInfo.InvariantCulture),
        FloatValue number => NumberText.Of(number.Value),
        StringValue text => _redaction.Mask(StringText.Quote(text.Value)),
        DurationValue duration => NumberText.OfQuantity(duration.Value) + "." + Symbol(duration.Unit),
        DataSizeValue size => NumberText.OfQuantity(size.Value) + "." + Symbol(size.Unit),
        _ => throw new InvalidOperationException($"the schema has no values of type {value.GetType().Name}"),
    };

    private static string Symbol(DurationUnit unit) => unit switch
    {
        DurationUnit.Nanoseconds => "ns",
        DurationUnit.Microseconds => "us",
        DurationUnit.Milliseconds => "ms",
        DurationUnit.Seconds => "s",
        DurationUnit.Minutes => "min",
        DurationUnit.Hours => "h",
        _ => "d",
    };

    private static string Symbol(DataSizeUnit unit) => unit switch
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
}
