namespace Edge.Config.Binding;

/// <summary>
/// The insertions, deletions, replacements and swaps of neighbours that make one text of another (optimal string alignment).
/// </summary>
internal static class EditDistance
{
    // Names beyond this are not misspelt but different.
    private const int LongestText = 64;

    public static bool AtMost(string left, string right, int limit) =>
        Math.Abs(left.Length - right.Length) <= limit && Of(left, right) <= limit;

    /// <summary>The candidate nearest to a text, if one is near enough to be what was meant.</summary>
    public static string? Nearest(string text, IEnumerable<string> candidates)
    {
        string? nearest = null;
        var least = Math.Max(1, text.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            var distance = Of(text.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance >= least) continue;
            least = distance;
            nearest = candidate;
        }
        return nearest;
    }

    private static int Of(string left, string right)
    {
        if (left.Length > LongestText || right.Length > LongestText) return int.MaxValue;
        Span<int> beforePrevious = stackalloc int[LongestText + 1];
        Span<int> previous = stackalloc int[LongestText + 1];
        Span<int> current = stackalloc int[LongestText + 1];
        for (var j = 0; j <= right.Length; j++) previous[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
            }
            var free = beforePrevious;
            beforePrevious = previous;
            previous = current;
            current = free;
        }
        return previous[right.Length];
    }
}
