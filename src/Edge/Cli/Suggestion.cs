namespace Edge.Cli;

/// <summary>What a mistyped word was meant to be.</summary>
internal static class Suggestion
{
    /// <summary>The nearest candidate, if it is near: one edit in a short word, two in a longer one, or an unfinished word.</summary>
    public static string? For(string word, IEnumerable<string> candidates)
    {
        if (word.Length > 64)
            return null;
        var limit = word.Length <= 4 ? 1 : 2;
        string? nearest = null;
        var best = limit + 1;
        foreach (var candidate in candidates)
        {
            var distance = word.Length > 2 && candidate.StartsWith(word, StringComparison.Ordinal) ? limit : Distance(word, candidate);
            if (distance < best)
                (nearest, best) = (candidate, distance);
        }

        return nearest;
    }

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).</summary>
    internal static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= right.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[left.Length, right.Length];
    }
}
