using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary><c>Regex</c>, and the <c>RegexMatch</c> objects that searches make. Their offsets count UTF-16 units.</summary>
internal static class RegexMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "pattern" => static (_, self, _) => Of(((RegexValue)self).Regex.Pattern),
        "groupCount" => static (_, self, _) => Of(((RegexValue)self).Regex.GroupCount),
        "findMatchesIn" => FindMatchesIn,
        "matchEntire" => MatchEntire,
        _ => null,
    };

    /// <summary>The constructor <c>Regex(pattern)</c>.</summary>
    public static Value Make(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        try
        {
            return new RegexValue(evaluator.RegexOf(Text(arguments[0])));
        }
        catch (RegexSyntaxException e)
        {
            throw evaluator.Fail($"Syntax error in regex `{Text(arguments[0])}`: {e.Message}");
        }
    }

    /// <summary>A match with its groups, of which the first is the whole match.</summary>
    public static Value MatchOf(Evaluator evaluator, Match match)
    {
        var groups = ImmutableArray.CreateBuilder<Value>(match.Groups.Count);
        for (var i = 0; i < match.Groups.Count; i++)
        {
            var group = match.Groups[i];
            groups.Add(group.Success ? Make(evaluator, group.Value, group.Index, ListValue.Empty) : NullValue.Instance);
        }
        return Make(evaluator, match.Value, match.Index, new ListValue(groups.ToImmutable()));
    }

    /// <summary>An occurrence of a text that is no pattern.</summary>
    public static Value MatchOf(Evaluator evaluator, string value, int index) =>
        Make(evaluator, value, index, new ListValue([Make(evaluator, value, index, ListValue.Empty)]));

    private static Value FindMatchesIn(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var matches = StringPatternMembers.Guard(evaluator, self, Text(arguments[0]), static (regex, text) => regex.FindAll(text).ToList());
        return Of([.. matches.Select(match => MatchOf(evaluator, match))]);
    }

    private static Value MatchEntire(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var match = StringPatternMembers.Guard(evaluator, self, Text(arguments[0]), static (regex, text) => regex.MatchEntire(text));
        return match.Success ? MatchOf(evaluator, match) : NullValue.Instance;
    }

    private static ObjectValue Make(Evaluator evaluator, string value, int start, ListValue groups) =>
        new ObjectBuilder(evaluator)
            .Property("value", Of(value))
            .Property("start", Of(start))
            .Property("end", Of(start + value.Length))
            .Property("groups", groups)
            .To(evaluator.Base.Find("RegexMatch"));
}
