using System.Buffers;

namespace Edge.Foundation.Configuration;

/// <summary>The form of host names (RFC 1123, section 2.1), and underscores, which private zones use.</summary>
internal static class HostNames
{
    private static readonly SearchValues<char> LabelCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Labels of letters, digits, hyphens and underscores, at most 63 characters each and 253 in all; a final dot is allowed.</summary>
    public static bool IsHostName(ReadOnlySpan<char> text)
    {
        if (text.EndsWith(".")) text = text[..^1];
        if (text.Length is 0 or > 253) return false;
        foreach (var label in text.Split('.'))
            if (!IsLabel(text[label]))
                return false;
        return true;
    }

    /// <summary>A host name of at least two labels whose last is not a number, without a final dot; the first may be <c>*</c>.</summary>
    public static bool IsDomain(ReadOnlySpan<char> text)
    {
        var name = text.StartsWith("*.") ? text[2..] : text;
        var lastDot = name.LastIndexOf('.');
        return lastDot > 0 && lastDot < name.Length - 1 && IsHostName(name) && name[(lastDot + 1)..].ContainsAnyExceptInRange('0', '9');
    }

    public static bool IsLabel(ReadOnlySpan<char> label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && !label.ContainsAnyExcept(LabelCharacters);
}
