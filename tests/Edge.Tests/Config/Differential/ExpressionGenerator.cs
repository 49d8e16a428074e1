using System.Collections.Immutable;
using System.Globalization;
using Variable = Edge.Tests.Config.Differential.ProgramGenerator.Variable;

namespace Edge.Tests.Config.Differential;

/// <summary>The types that generated expressions have.</summary>
internal enum PklType
{
    Int,
    Float,
    String,
    Boolean,
    Duration,
    IntList,
    NullableInt,
    Object,
}

internal static class PklTypeText
{
    public static string Text(this PklType type) => type switch
    {
        PklType.IntList => "List<Int>",
        PklType.NullableInt => "Int?",
        _ => type.ToString(),
    };
}

/// <summary>Pkl expressions of a wanted type over the variables in scope.</summary>
internal sealed class ExpressionGenerator(Random random)
{
    private static readonly PklType[] Types =
        [PklType.Int, PklType.Int, PklType.String, PklType.String, PklType.Boolean, PklType.Float, PklType.Duration, PklType.IntList, PklType.NullableInt];

    private static readonly string[] Units = ["ns", "us", "ms", "s", "min", "h", "d"];

    private static readonly string[] Words = ["", "a", "edge", "two words", "ümläut", "日本", "tab\\there", "\\u{1F600}", "quo\\\"te", "back\\\\slash"];

    private int _names;

    public ImmutableList<Variable> Scope { get; set; } = [];

    /// <summary>Names of <c>(Int, String) -> Int</c> functions.</summary>
    public List<string> Functions { get; } = [];

    public void Add(Variable variable) => Scope = Scope.Add(variable);

    public PklType AnyType() => Types[random.Next(Types.Length)];

    public string Of(PklType type, int depth)
    {
        if (random.Next(3) == 0 && Scope.Where(v => v.Type == type).ToList() is { Count: > 0 } fitting)
            return fitting[random.Next(fitting.Count)].Name;
        if (depth > 0 && random.Next(8) == 0)
            return AnyForm(type, depth - 1);
        return type switch
        {
            PklType.Int => Int(depth),
            PklType.Float => Float(depth),
            PklType.String => String(depth),
            PklType.Boolean => Boolean(depth),
            PklType.Duration => Duration(depth),
            PklType.IntList => IntList(depth),
            PklType.NullableInt => random.Next(2) == 0 ? "null" : Int(depth),
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };
    }

    // What has a form for every type.
    private string AnyForm(PklType type, int depth)
    {
        if (random.Next(2) == 0)
            return $"(if ({Of(PklType.Boolean, depth)}) {Of(type, depth)} else {Of(type, depth)})";
        var name = $"l{(++_names).ToString(CultureInfo.InvariantCulture)}";
        var bound = AnyType();
        var value = Of(bound, depth);
        var scope = Scope;
        Add(new Variable(name, bound));
        var body = Of(type, depth);
        Scope = scope;
        return $"(let ({name} = {value}) {body})";
    }

    // In parentheses, because a method call binds closer than the sign.
    private static string Literal(int value) =>
        value < 0 ? $"({value.ToString(CultureInfo.InvariantCulture)})" : value.ToString(CultureInfo.InvariantCulture);

    private string Int(int depth)
    {
        if (depth == 0)
            return Literal(random.Next(-3, 12));
        string I() => Of(PklType.Int, depth - 1);
        return random.Next(14) switch
        {
            0 or 1 => $"({I()} + {I()})",
            2 => $"({I()} - {I()})",
            3 => $"({I()} * {I()})",
            4 => $"({I()} ~/ {I()})",
            // The real one fails in an unforeseen way on `% 0`, so the divisor is not.
            5 => $"({I()} % {random.Next(1, 9)})",
            6 => $"{Of(PklType.String, depth - 1)}.length",
            7 => $"{Of(PklType.IntList, depth - 1)}.length",
            8 => $"{Of(PklType.IntList, depth - 1)}.fold({I()}, (acc, it) -> acc + it)",
            9 => $"({Of(PklType.NullableInt, depth - 1)} ?? {I()})",
            10 when Functions.Count > 0 => $"{Functions[random.Next(Functions.Count)]}({I()}, {Of(PklType.String, depth - 1)})",
            11 when random.Next(10) == 0 => $"{Of(PklType.IntList, depth - 1)}[{random.Next(3)}]",
            11 => $"({Of(PklType.IntList, depth - 1)}.getOrNull({random.Next(3)}) ?? {I()})",
            12 => $"(-({I()}))",
            _ => Literal(random.Next(-1000, 100000)),
        };
    }

    private string Float(int depth)
    {
        if (depth == 0)
            return (random.Next(1000) / 8.0).ToString("0.0##", CultureInfo.InvariantCulture);
        return random.Next(6) switch
        {
            0 => $"({Of(PklType.Float, depth - 1)} + {Of(PklType.Float, depth - 1)})",
            1 => $"({Of(PklType.Float, depth - 1)} * {Of(PklType.Float, depth - 1)})",
            2 => $"({Of(PklType.Int, depth - 1)} / {Of(PklType.Int, depth - 1)})",
            3 => $"{Of(PklType.Int, depth - 1)}.toFloat()",
            4 => $"{Of(PklType.Float, depth - 1)}.abs",
            _ => (random.NextDouble() * Math.Pow(10, random.Next(-5, 12))).ToString("0.0################", CultureInfo.InvariantCulture),
        };
    }

    private string String(int depth)
    {
        var word = Words[random.Next(Words.Length)];
        if (depth == 0)
            return $"\"{word}\"";
        string S() => Of(PklType.String, depth - 1);
        return random.Next(11) switch
        {
            0 or 1 => $"\"{word}\\({Of(AnyType(), depth - 1)})\"",
            2 => $"#\"{word.Replace("\\", "", StringComparison.Ordinal)}\\#({Of(PklType.Int, depth - 1)})\"#",
            3 => $"({S()} + {S()})",
            4 => $"{S()}.toUpperCase()",
            5 => $"{S()}.reverse()",
            6 => $"{S()}.repeat({random.Next(4)})",
            7 => $"{S()}.take({random.Next(4)})",
            8 => $"{Of(PklType.IntList, depth - 1)}.join({S()})",
            9 => $"{S()}.replaceAll(\"e\", {S()})",
            _ => $"{Of(PklType.Int, depth - 1)}.toString()",
        };
    }

    private string Boolean(int depth)
    {
        if (depth == 0)
            return random.Next(2) == 0 ? "true" : "false";
        string B() => Of(PklType.Boolean, depth - 1);
        string I() => Of(PklType.Int, depth - 1);
        return random.Next(10) switch
        {
            0 => $"({B()} && {B()})",
            1 => $"({B()} || {B()})",
            2 => $"(!({B()}))",
            3 => $"({I()} < {I()})",
            4 => $"({I()} >= {I()})",
            5 => $"({Of(PklType.String, depth - 1)} == {Of(PklType.String, depth - 1)})",
            6 => $"({Of(AnyType(), depth - 1)} != {Of(AnyType(), depth - 1)})",
            7 => $"({Of(PklType.NullableInt, depth - 1)} is Int)",
            8 => $"{Of(PklType.IntList, depth - 1)}.any((it) -> it > {I()})",
            _ => $"({Of(PklType.Duration, depth - 1)} < {Of(PklType.Duration, depth - 1)})",
        };
    }

    private string Duration(int depth)
    {
        if (depth > 0)
        {
            switch (random.Next(5))
            {
                case 0: return $"({Of(PklType.Duration, depth - 1)} + {Of(PklType.Duration, depth - 1)})";
                case 1: return $"({Of(PklType.Duration, depth - 1)} * {random.Next(1, 9)})";
                case 2: return $"{Of(PklType.Duration, depth - 1)}.toUnit(\"{Units[random.Next(Units.Length)]}\")";
            }
        }
        var count = random.Next(3) == 0 ? "1.5" : random.Next(1, 500).ToString(CultureInfo.InvariantCulture);
        return $"{count}.{Units[random.Next(Units.Length)]}";
    }

    private string IntList(int depth)
    {
        if (depth == 0)
            return $"List({string.Join(", ", Enumerable.Range(0, random.Next(5)).Select(_ => Int(0)))})";
        string L() => Of(PklType.IntList, depth - 1);
        return random.Next(9) switch
        {
            0 => $"{L()}.map((it) -> it * {Of(PklType.Int, depth - 1)})",
            1 => $"{L()}.filter((it) -> it > {Of(PklType.Int, depth - 1)})",
            2 => $"({L()} + {L()})",
            3 => $"{L()}.reverse()",
            4 => $"{L()}.take({random.Next(4)})",
            5 => $"IntSeq({random.Next(3)}, {random.Next(6)}).toList()",
            6 => $"{L()}.distinct",
            7 => $"{L()}.sort()",
            _ => $"List({string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => Of(PklType.Int, depth - 1)))})",
        };
    }
}
