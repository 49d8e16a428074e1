using Edge.Config.Library;

namespace Edge.Config.Evaluation;

// A constraint such as `matches(Regex("..."))` makes its pattern anew for each value that it checks.
internal sealed partial class Evaluator
{
    private const int KeptRegexes = 256;

    private readonly Dictionary<string, JavaRegex> _regexes = [];

    /// <exception cref="RegexSyntaxException">The pattern is invalid, or uses what is not supported.</exception>
    internal JavaRegex RegexOf(string pattern)
    {
        if (_regexes.TryGetValue(pattern, out var kept)) return kept;
        var regex = new JavaRegex(pattern);
        if (_regexes.Count < KeptRegexes) _regexes.Add(pattern, regex);
        return regex;
    }
}
