using System.Text;
using System.Text.RegularExpressions;

namespace Edge.Config.Library;

/// <summary>
/// A compiled pattern. Patterns come from configurations, so a search is given up after <see cref="Patience"/>
/// (<see cref="RegexMatchTimeoutException"/>): backtracking can take exponential time.
/// </summary>
internal sealed class JavaRegex
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Regex?[] _compiled = new Regex?[6];
    private readonly Dictionary<string, int> _groupNames;

    /// <exception cref="RegexSyntaxException">The pattern is invalid, or uses what is not supported.</exception>
    public JavaRegex(string pattern)
    {
        Pattern = pattern;
        var translator = new JavaRegexTranslator(pattern, pairs: false);
        _ = translator.Translate();
        GroupCount = translator.GroupCount;
        _groupNames = translator.GroupNames;
    }

    private enum Anchoring
    {
        None,
        Start,
        Both,
    }

    public string Pattern { get; }

    public int GroupCount { get; }

    /// <summary>The first match at or after <paramref name="start"/>.</summary>
    public Match Find(string text, int start = 0) => For(text, Anchoring.None).Match(text, start);

    /// <summary>All matches, from left to right.</summary>
    public IEnumerable<Match> FindAll(string text)
    {
        for (var match = Find(text); match.Success; match = match.NextMatch()) yield return match;
    }

    public Match? FindLast(string text)
    {
        Match? last = null;
        foreach (var match in FindAll(text)) last = match;
        return last;
    }

    /// <summary>A match that begins where the text does.</summary>
    public bool IsAtStartOf(string text) => For(text, Anchoring.Start).IsMatch(text);

    /// <summary>A match of the whole text.</summary>
    public Match MatchEntire(string text) => For(text, Anchoring.Both).Match(text);

    /// <summary>
    /// Java's <c>String.split</c>: without the empty parts at the end if <paramref name="limit"/> is 0, otherwise at most as many parts.
    /// </summary>
    public List<string> Split(string text, int limit)
    {
        var parts = new List<string>();
        var end = 0;
        foreach (var match in FindAll(text))
        {
            if (limit > 0 && parts.Count == limit - 1) break;
            // An empty match at the start splits nothing off.
            if (end == 0 && match.Index == 0 && match.Length == 0) continue;
            parts.Add(text[end..match.Index]);
            end = match.Index + match.Length;
        }
        if (parts.Count == 0) return [text];
        parts.Add(text[end..]);
        while (limit == 0 && parts.Count > 0 && parts[^1].Length == 0) parts.RemoveAt(parts.Count - 1);
        return parts;
    }

    /// <summary>Java's replacement template: <c>$1</c>, <c>${name}</c>, and a backslash before what stands for itself.</summary>
    /// <exception cref="FormatException">The template is invalid; the message is Java's.</exception>
    public string Expand(Match match, string template)
    {
        var result = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] == '\\')
            {
                if (++i == template.Length) throw new FormatException("character to be escaped is missing");
                result.Append(template[i]);
            }
            else if (template[i] == '$')
            {
                result.Append(match.Groups[GroupReference(template, ref i)].Value);
            }
            else
            {
                result.Append(template[i]);
            }
        }
        return result.ToString();
    }

    // From the dollar sign to the reference's last character.
    private int GroupReference(string template, ref int i)
    {
        if (++i == template.Length) throw new FormatException("Illegal group reference: group index is missing");
        if (template[i] == '{')
        {
            var start = ++i;
            while (i < template.Length && char.IsAsciiLetterOrDigit(template[i])) i++;
            var name = template[start..i];
            if (name.Length == 0) throw new FormatException("named capturing group is missing trailing '}'");
            if (i == template.Length || template[i] != '}') throw new FormatException("named capturing group is missing trailing '}'");
            if (char.IsAsciiDigit(name[0]))
                throw new FormatException($"capturing group name {{{name}}} starts with digit character");
            return _groupNames.TryGetValue(name, out var named) ? named : throw new FormatException($"No group with name {{{name}}}");
        }
        if (!char.IsAsciiDigit(template[i])) throw new FormatException("Illegal group reference");
        var group = template[i] - '0';
        if (group > GroupCount) throw new FormatException($"No group {template[i]}");
        while (i + 1 < template.Length && char.IsAsciiDigit(template[i + 1]) && group * 10 + (template[i + 1] - '0') <= GroupCount)
            group = group * 10 + (template[++i] - '0');
        return group;
    }

    // Most patterns are asked one kind of question about one kind of text, so each is compiled when it is needed.
    private Regex For(string text, Anchoring anchoring)
    {
        var pairs = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;
        ref var compiled = ref _compiled[(int)anchoring + (pairs ? 3 : 0)];
        if (compiled is not null) return compiled;
        var translated = new JavaRegexTranslator(Pattern, pairs).Translate();
        return compiled = new Regex(
            anchoring switch
            {
                Anchoring.None => translated,
                Anchoring.Start => $"\\A(?:{translated})",
                _ => $"\\A(?:{translated})\\z",
            },
            RegexOptions.CultureInvariant,
            Patience);
    }
}
