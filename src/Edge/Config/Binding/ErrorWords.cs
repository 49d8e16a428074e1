using System.Text;
using Edge.Config.Evaluation;
using Edge.Config.Library;
using Edge.Foundation.Configuration;

namespace Edge.Config.Binding;

/// <summary>The evaluator's errors in the words of a configuration: what is wrong in Pkl's sentence, and what to do.</summary>
internal static class ErrorWords
{
    // Lists of all that there is are for choosing from; beyond this nobody does.
    private const int MaximumNames = 24;

    // The schema's module is the only one that users name classes of: its name says nothing.
    private const string SchemaPrefix = "edge.serve.EdgeServer#";

    /// <param name="error">What the evaluator says.</param>
    /// <param name="place">Whose value was computed; null where the error belongs to none.</param>
    public static string Message(EvaluationException error, Place? place)
    {
        var headline = Plain(error.Headline).TrimEnd();
        // `throw("")`
        var message = new StringBuilder(headline.Length > 0 ? headline : "The configuration throws an error that says nothing.");
        foreach (var value in error.Values)
            message.Append('\n').Append(value.Name).Append(": ").Append(place is { IsSecret: true } ? Secret.Mask : Plain(value.Text));
        return message.ToString();
    }

    /// <summary>What to do; null where nobody knows.</summary>
    public static string? Advice(EvaluationException error, Place? place)
    {
        // The schema's advice is about values of its own types.
        if (error.IsTypeMismatch && place?.Advice is { } advice && !error.Frames.IsEmpty && !Definitions.IsUsers(error.Frames[0].Source))
            return advice;
        if (error.IsTypeMismatch && AdviceOnType(error) is { } better)
            return better;
        if (Between(error.Headline, "Cannot find type `", "`") is { } type && EditDistance.Nearest(type, ConfigurationBinder.ClassNames) is { } near)
            return $"did you mean `{near}`?";
        if (Between(error.Headline, "Cannot find resource `env:", "`") is { } variable)
            return $"set it before you start Edge: `export {variable}=...`, or read it with `read?`, which gives null where it is not set";
        if (error.Headline.StartsWith("A stack overflow", StringComparison.Ordinal))
            return "more calls are nested than the limit allows: what is called here calls itself without end";
        return error.Hint is { } hint ? Sentence(Plain(hint).Trim()) : null;
    }

    /// <summary>A headline is no sentence among others: it ends without a full stop, unless it holds several.</summary>
    public static string WithoutStop(string message)
    {
        var end = message.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var lineEnd ? lineEnd : message.Length;
        return end > 0 && message[end - 1] == '.' && !message.AsSpan(0, end).Contains(". ", StringComparison.Ordinal) ? message.Remove(end - 1, 1) : message;
    }

    // A choice that was nearly met, and a number that lacks its unit.
    private static string? AdviceOnType(EvaluationException error)
    {
        const string Got = "`, but got ";
        if (Between(error.Headline, "Expected value of type `", Got) is not { } expected) return null;
        var actual = error.Headline[(error.Headline.IndexOf(Got, StringComparison.Ordinal) + Got.Length)..];
        if (expected.StartsWith('"') && actual.StartsWith("`\"", StringComparison.Ordinal))
        {
            var choices = expected.Trim('"').Split("\"|\"");
            return EditDistance.Nearest(actual.Trim('`', '"', '.'), choices) is { } near ? $"did you mean `\"{near}\"`?" : null;
        }
        if (actual != "type `Int`." || error.Values.IsEmpty || !error.Values[0].Text.All(char.IsAsciiDigit)) return null;
        var number = error.Values[0].Text;
        return expected switch
        {
            "Duration" => $"give it a unit: `{number}.s` or `{number}.min`",
            "DataSize" => $"give it a unit: `{number}.b`, `{number}.kib` or `{number}.mib`",
            _ => null,
        };
    }

    // Pkl's hints are a heading and a list, one a line.
    private static string Sentence(string hint)
    {
        var lines = hint.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 2) return hint;
        var names = lines[1..].Select(n => n.StartsWith('`') ? n : $"`{n}`").ToArray();
        if (lines[0].StartsWith("Did you mean", StringComparison.Ordinal))
            return $"did you mean {string.Join(" or ", names)}?";
        if (lines[0].StartsWith("Available", StringComparison.Ordinal))
            return $"a{lines[0].AsSpan(1)} {string.Join(", ", names.Take(MaximumNames))}{(names.Length > MaximumNames ? ", ..." : "")}";
        return hint;
    }

    private static string Plain(string text) =>
        text.Replace(SchemaPrefix, "", StringComparison.Ordinal)
            .Replace("module `edge.serve.EdgeServer`", "the configuration", StringComparison.Ordinal)
            .Replace(ValueText.Mask, Secret.Mask, StringComparison.Ordinal);

    private static string? Between(string text, string before, string after)
    {
        if (!text.StartsWith(before, StringComparison.Ordinal)) return null;
        var end = text.IndexOf(after, before.Length, StringComparison.Ordinal);
        return end < 0 ? null : text[before.Length..end];
    }
}
