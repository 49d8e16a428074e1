using System.Collections.Immutable;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary>
/// The properties and functions of <c>pkl:base</c> itself. <c>List</c>, <c>Set</c>, <c>Map</c> and <c>Bytes</c> get as many arguments as were
/// written. <c>env</c> is the evaluator's own.
/// </summary>
internal static class BaseMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "NaN" => static (_, _, _) => Of(double.NaN),
        "Infinity" => static (_, _, _) => Of(double.PositiveInfinity),
        "Regex" => RegexMembers.Make,
        "Undefined" => static (evaluator, _, _) => throw evaluator.Fail("Undefined value."),
        "Null" => static (_, _, arguments) => new NullValue(arguments[0]),
        "Pair" => static (_, _, arguments) => new PairValue(arguments[0], arguments[1]),
        "IntSeq" => static (_, _, arguments) => new IntSeqValue(Int(arguments[0]), Int(arguments[1]), 1),
        "List" => static (_, _, arguments) => Of(arguments.ToImmutableArray()),
        "Set" => static (_, _, arguments) => arguments.IsEmpty ? SetValue.Empty : new SetValue(arguments.ToImmutableArray()),
        "Map" => MakeMap,
        "Bytes" => static (evaluator, _, arguments) => MakeBytes(evaluator, arguments),
        _ => null,
    };

    /// <summary>Octets from integers, each of which must be 0 to 255.</summary>
    public static Value MakeBytes(Evaluator evaluator, ReadOnlySpan<Value> values)
    {
        var bytes = new byte[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is not IntValue number) throw evaluator.FailType(values[i], evaluator.Base.Int);
            if (number.Value is < 0 or > 255) throw evaluator.Fail("Type constraint `isBetween(0, 255)` violated.", number);
            bytes[i] = (byte)number.Value;
        }
        return new BytesValue(bytes);
    }

    private static MapValue MakeMap(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        if (arguments.Length % 2 != 0)
            throw evaluator.Fail("Number of `Map()` arguments must be a multiple of two: `Map(key1, value1, key2, value2, ..., keyN, valueN)`");
        if (arguments.IsEmpty) return MapValue.Empty;
        var entries = new KeyValuePair<Value, Value>[arguments.Length / 2];
        for (var i = 0; i < entries.Length; i++) entries[i] = new(arguments[2 * i], arguments[2 * i + 1]);
        return new MapValue(entries);
    }
}
