using System.Text;
using System.Text.RegularExpressions;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary>The members of <c>String</c> that take a pattern: a text to be found as it is, or a <c>Regex</c>.</summary>
internal static class StringPatternMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "contains" => static (evaluator, self, arguments) => Of(First(evaluator, Text(self), arguments[0]) is not null),
        "matches" => static (evaluator, self, arguments) =>
            Of(Guard(evaluator, arguments[0], Text(self), static (regex, text) => regex.MatchEntire(text).Success)),
        "startsWith" => static (evaluator, self, arguments) => Of(arguments[0] is StringValue prefix
            ? Text(self).StartsWith(prefix.Value, StringComparison.Ordinal)
            : Guard(evaluator, arguments[0], Text(self), static (regex, text) => regex.IsAtStartOf(text))),
        "endsWith" => static (evaluator, self, arguments) => Of(arguments[0] is StringValue suffix
            ? Text(self).EndsWith(suffix.Value, StringComparison.Ordinal)
            : Last(evaluator, Text(self), arguments[0])?.End == Text(self).Length),
        "indexOf" => static (evaluator, self, arguments) =>
            Index(self, First(evaluator, Text(self), arguments[0])) ?? throw NotFound(evaluator, self, arguments[0]),
        "indexOfOrNull" => static (evaluator, self, arguments) => OrNull(Index(self, First(evaluator, Text(self), arguments[0]))),
        "lastIndexOf" => static (evaluator, self, arguments) =>
            Index(self, Last(evaluator, Text(self), arguments[0])) ?? throw NotFound(evaluator, self, arguments[0]),
        "lastIndexOfOrNull" => static (evaluator, self, arguments) => OrNull(Index(self, Last(evaluator, Text(self), arguments[0]))),
        "replaceFirst" => static (evaluator, self, arguments) =>
            Replace(evaluator, self, ToList(First(evaluator, Text(self), arguments[0])), arguments),
        "replaceLast" => static (evaluator, self, arguments) =>
            Replace(evaluator, self, ToList(Last(evaluator, Text(self), arguments[0])), arguments),
        "replaceAll" => static (evaluator, self, arguments) =>
            Replace(evaluator, self, All(evaluator, Text(self), arguments[0]), arguments),
        "replaceFirstMapped" => static (evaluator, self, arguments) =>
            ReplaceMapped(evaluator, self, ToList(First(evaluator, Text(self), arguments[0])), arguments, quotes: true),
        "replaceLastMapped" => static (evaluator, self, arguments) =>
            ReplaceMapped(evaluator, self, ToList(Last(evaluator, Text(self), arguments[0])), arguments, quotes: true),
        "replaceAllMapped" => static (evaluator, self, arguments) =>
            ReplaceMapped(evaluator, self, All(evaluator, Text(self), arguments[0]), arguments, quotes: false),
        "split" => static (evaluator, self, arguments) => Split(evaluator, self, arguments[0], 0),
        "splitLimit" => static (evaluator, self, arguments) =>
            Split(evaluator, self, arguments[0], (int)Math.Min(Int(arguments[1]), int.MaxValue)),
        _ => null,
    };

    /// <summary>Searches with a <c>Regex</c>; a search that takes too long is an error of the program's.</summary>
    public static T Guard<T>(Evaluator evaluator, Value regex, string text, Func<JavaRegex, string, T> search)
    {
        try
        {
            return search(((RegexValue)regex).Regex, text);
        }
        catch (RegexParseException e)
        {
            // Valid in Java, and translated to what .NET does not take.
            throw evaluator.Fail($"The regex `{((RegexValue)regex).Regex.Pattern}` is not supported here: {e.Message}");
        }
        catch (RegexMatchTimeoutException)
        {
            throw evaluator.Fail(
                $"Searching for the regex `{((RegexValue)regex).Regex.Pattern}` takes more than {JavaRegex.Patience.TotalSeconds} seconds.");
        }
    }

    // A literal pattern's occurrence has no Match.
    private static Found? First(Evaluator evaluator, string text, Value pattern)
    {
        if (pattern is StringValue literal)
        {
            var index = text.IndexOf(literal.Value, StringComparison.Ordinal);
            return index < 0 ? null : new Found(index, literal.Value.Length, null);
        }
        return Guard(evaluator, pattern, text, static (regex, text) => Found.Of(regex.Find(text)));
    }

    private static Found? Last(Evaluator evaluator, string text, Value pattern)
    {
        if (pattern is StringValue literal)
        {
            var index = text.LastIndexOf(literal.Value, StringComparison.Ordinal);
            return index < 0 ? null : new Found(index, literal.Value.Length, null);
        }
        return Guard(evaluator, pattern, text, static (regex, text) => regex.FindLast(text) is { } match ? Found.Of(match) : null);
    }

    private static List<Found> All(Evaluator evaluator, string text, Value pattern)
    {
        if (pattern is not StringValue literal)
            return Guard(evaluator, pattern, text, static (regex, text) => regex.FindAll(text).Select(match => Found.Of(match)!.Value).ToList());

        // An empty text occurs before and after every UTF-16 unit.
        var found = new List<Found>();
        for (var at = 0; at <= text.Length; at += Math.Max(1, literal.Value.Length))
        {
            at = text.IndexOf(literal.Value, at, StringComparison.Ordinal);
            if (at < 0) break;
            found.Add(new Found(at, literal.Value.Length, null));
        }
        return found;
    }

    private static List<Found> ToList(Found? found) => found is { } one ? [one] : [];

    private static IntValue? Index(Value self, Found? found) =>
        found is { } at ? IntValue.Of(StringMembers.CodePoints(Text(self).AsSpan(0, at.Index))) : null;

    private static EvaluationException NotFound(Evaluator evaluator, Value self, Value pattern) => evaluator.Fail(
        pattern is StringValue ? "String does not contain a match for literal pattern." : "String does not contain a match for regex pattern.",
        ("String", self),
        ("Pattern", pattern));

    private static Value Replace(Evaluator evaluator, Value self, List<Found> found, ReadOnlySpan<Value> arguments)
    {
        var (pattern, replacement) = (arguments[0], Text(arguments[1]));
        try
        {
            return Substitute(evaluator, Text(self), found, one => one.Match is null ? replacement : ((RegexValue)pattern).Regex.Expand(one.Match, replacement));
        }
        catch (FormatException e)
        {
            throw evaluator.Fail($"Error replacing matches for regex `{((RegexValue)pattern).Regex.Pattern}` with `{replacement}`: `{e.Message}`");
        }
    }

    // Where it replaces one match, the reference quotes dollar signs and backslashes and forgets to unquote them.
    private static Value ReplaceMapped(Evaluator evaluator, Value self, List<Found> found, ReadOnlySpan<Value> arguments, bool quotes)
    {
        var mapper = Function(arguments[1]);
        return Substitute(
            evaluator,
            Text(self),
            found,
            one => evaluator.Call(mapper, one.ToValue(evaluator, Text(self))) is var result && result is StringValue text
                ? (quotes ? text.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal) : text.Value)
                : throw evaluator.FailType(result, evaluator.Base.String));
    }

    private static Value Substitute(Evaluator evaluator, string text, List<Found> found, Func<Found, string> replacementOf)
    {
        if (found.Count == 0) return Of(text);
        var result = new StringBuilder();
        var end = 0;
        foreach (var one in found)
        {
            result.Append(text, end, one.Index - end).Append(replacementOf(one));
            end = one.End;
        }
        result.Append(text, end, text.Length - end);
        evaluator.Account(result.Length);
        return Of(result.ToString());
    }

    private static Value Split(Evaluator evaluator, Value self, Value separator, int limit)
    {
        var regex = separator is StringValue literal ? new RegexValue(new JavaRegex(Quote(literal.Value))) : separator;
        var parts = Guard(evaluator, regex, Text(self), (compiled, text) => compiled.Split(text, limit));
        return Of([.. parts.Select(part => Of(part))]);
    }

    private static string Quote(string literal) => $"\\Q{literal.Replace("\\E", "\\E\\\\E\\Q", StringComparison.Ordinal)}\\E";

    private readonly record struct Found(int Index, int Length, Match? Match)
    {
        public int End => Index + Length;

        public static Found? Of(Match match) => match.Success ? new Found(match.Index, match.Length, match) : null;

        public Value ToValue(Evaluator evaluator, string text) => Match is not null
            ? RegexMembers.MatchOf(evaluator, Match)
            : RegexMembers.MatchOf(evaluator, text.Substring(Index, Length), Index);
    }
}
