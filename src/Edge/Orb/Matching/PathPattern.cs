using System.Text.RegularExpressions;

namespace Edge.Orb.Matching;

/// <summary>
/// A pattern for request paths, compiled once: <c>/exact</c>, <c>/one/*</c> (one segment), <c>/any/**</c> (zero or more segments), or
/// <c>/re:</c> and a regular expression, matched without backtracking. Paths are decoded and case counts; matching allocates nothing.
/// </summary>
internal sealed class PathPattern
{
    private enum Kind
    {
        Exact,
        Prefix,
        Segments,
        Expression,
    }

    private readonly Kind _kind;
    private readonly string _text;
    private readonly bool _hasTail;
    private readonly Regex? _expression;

    /// <param name="pattern">A path pattern as the configuration's schema allows it.</param>
    public PathPattern(string pattern)
    {
        if (pattern.StartsWith("/re:", StringComparison.Ordinal))
        {
            _kind = Kind.Expression;
            _text = pattern;
            _expression = new Regex(pattern["/re:".Length..], RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return;
        }
        _hasTail = pattern.EndsWith("/**", StringComparison.Ordinal);
        // Without the slash: `/any/**` matches `/any` too.
        _text = _hasTail ? pattern[..^"/**".Length] : pattern;
        _kind = _text.Contains('*', StringComparison.Ordinal) ? Kind.Segments : _hasTail ? Kind.Prefix : Kind.Exact;
    }

    public bool IsMatch(ReadOnlySpan<char> path) => _kind switch
    {
        Kind.Exact => path.SequenceEqual(_text),
        Kind.Prefix => path.StartsWith(_text, StringComparison.Ordinal) && (path.Length == _text.Length || path[_text.Length] == '/'),
        Kind.Segments => MatchesSegments(path),
        _ => _expression!.IsMatch(path),
    };

    public override string ToString() => _hasTail ? _text + "/**" : _text;

    private bool MatchesSegments(ReadOnlySpan<char> path)
    {
        var pattern = _text.AsSpan();
        while (true)
        {
            if (pattern.IsEmpty)
                return path.IsEmpty || (_hasTail && path[0] == '/');
            if (path.IsEmpty)
                return false;
            // Both stand at a slash.
            var wanted = TakeSegment(ref pattern);
            var segment = TakeSegment(ref path);
            if (wanted is "*" ? segment.IsEmpty : !segment.SequenceEqual(wanted))
                return false;
        }
    }

    private static ReadOnlySpan<char> TakeSegment(ref ReadOnlySpan<char> path)
    {
        var end = path[1..].IndexOf('/');
        var segment = end < 0 ? path[1..] : path[1..(end + 1)];
        path = path[(segment.Length + 1)..];
        return segment;
    }
}
