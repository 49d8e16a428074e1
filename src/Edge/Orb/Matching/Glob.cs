namespace Edge.Orb.Matching;

/// <summary>Text in which <c>*</c> stands for any characters, none included. Matching allocates nothing and goes back to the last <c>*</c> only.</summary>
internal sealed class Glob(string pattern, bool ignoreCase)
{
    public bool IsMatch(ReadOnlySpan<char> text)
    {
        int at = 0, star = -1, resume = 0;
        for (var i = 0; i < text.Length;)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                star = at++;
                resume = i;
            }
            else if (at < pattern.Length && IsSame(pattern[at], text[i]))
            {
                at++;
                i++;
            }
            else if (star >= 0)
            {
                // What the last star took was one character too few.
                at = star + 1;
                i = ++resume;
            }
            else
            {
                return false;
            }
        }
        while (at < pattern.Length && pattern[at] == '*')
            at++;
        return at == pattern.Length;
    }

    public override string ToString() => pattern;

    private bool IsSame(char left, char right) =>
        left == right || (ignoreCase && char.ToUpperInvariant(left) == char.ToUpperInvariant(right));
}
