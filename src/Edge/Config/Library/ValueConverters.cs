using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary>
/// A renderer's <c>converters</c>: functions by class, which an object inherits from its superclasses, and by path, which go first.
/// </summary>
internal sealed class ValueConverters
{
    public static readonly ValueConverters None = new([], []);

    private readonly Dictionary<ClassValue, FunctionValue> _byClass;
    private readonly List<(ConverterPath Path, FunctionValue Function)> _byPath;

    private ValueConverters(Dictionary<ClassValue, FunctionValue> byClass, List<(ConverterPath, FunctionValue)> byPath) =>
        (_byClass, _byPath) = (byClass, byPath);

    /// <exception cref="EvaluationException">A key is no valid path.</exception>
    public static ValueConverters Of(Evaluator evaluator, ObjectValue mapping)
    {
        var (byClass, byPath) = (new Dictionary<ClassValue, FunctionValue>(), new List<(ConverterPath, FunctionValue)>());
        foreach (var entry in evaluator.Members(mapping))
        {
            if (entry.Key is ClassValue @class)
                byClass[@class] = Function(entry.Value);
            else if (entry.Key is StringValue path)
                byPath.Add((ConverterPath.Parse(path.Value)
                    ?? throw evaluator.Fail($"Converter path `{path.Value}` has invalid syntax."), Function(entry.Value)));
        }
        return byClass.Count + byPath.Count == 0 ? None : new ValueConverters(byClass, byPath);
    }

    /// <param name="evaluator">Runs the functions.</param>
    /// <param name="value">The value to render.</param>
    /// <param name="path">From the document to the value; empty for keys, which no path matches.</param>
    public Value Convert(Evaluator evaluator, Value value, List<object> path)
    {
        foreach (var (pattern, function) in _byPath)
            if (pattern.Matches(path))
                return evaluator.Call(function, value);
        return _byClass.Count > 0 && Find(evaluator, value) is { } converter ? evaluator.Call(converter, value) : value;
    }

    private FunctionValue? Find(Evaluator evaluator, Value value)
    {
        var isTyped = value is ObjectValue { Class.Kind: ClassKind.Typed };
        for (var @class = evaluator.ClassOf(value); @class is not null; @class = isTyped ? @class.Superclass : null)
            if (_byClass.TryGetValue(@class, out var found))
                return found;
        return null;
    }
}

/// <summary>
/// A pattern such as <c>^servers[*].name</c>: names after dots, keys in brackets, a star for any of either, and <c>^</c> for the document. Without
/// it the pattern matches the end of a path.
/// </summary>
internal sealed class ConverterPath
{
    /// <summary>The part of a path that stands for the document.</summary>
    public static readonly object Top = new();

    private static readonly object AnyProperty = new();
    private static readonly object AnyKey = new();

    private readonly List<object> _parts;

    private ConverterPath(List<object> parts) => _parts = parts;

    /// <returns>Null if the syntax is invalid.</returns>
    public static ConverterPath? Parse(string text)
    {
        var parts = new List<object>();
        var at = 0;
        if (text.StartsWith('^'))
        {
            parts.Add(Top);
            at = 1;
        }
        else if (text.Length == 0)
        {
            parts.Add(Top);
        }
        // After the start a name may follow at once, otherwise only after a dot.
        var expectsName = true;
        while (at < text.Length)
        {
            if (text[at] == '[')
            {
                var end = text.IndexOf(']', at);
                var key = end < 0 ? "" : text[(at + 1)..end];
                if (key.Length == 0 || (key != "*" && key.AsSpan().IndexOfAny("*.[^") >= 0)) return null;
                parts.Add(key == "*" ? AnyKey : new StringValue(key));
                at = end + 1;
            }
            else
            {
                if (text[at] == '.' && !expectsName) at++;
                else if (!expectsName) return null;
                var end = text.AsSpan(at).IndexOfAny(".[");
                var name = end < 0 ? text[at..] : text[at..(at + end)];
                if (name.Length == 0 || (name != "*" && name.AsSpan().IndexOfAny("*]^") >= 0)) return null;
                parts.Add(name == "*" ? AnyProperty : name);
                at += name.Length;
            }
            expectsName = false;
        }
        return new ConverterPath(parts);
    }

    public bool Matches(List<object> path)
    {
        if (_parts.Count > path.Count) return false;
        for (var i = 1; i <= _parts.Count; i++)
            if (!IsMatch(_parts[^i], path[^i]))
                return false;
        return true;
    }

    private static bool IsMatch(object pattern, object part) =>
        ReferenceEquals(pattern, AnyProperty) ? part is string
        : ReferenceEquals(pattern, AnyKey) ? part is Value
        : pattern.Equals(part);
}
