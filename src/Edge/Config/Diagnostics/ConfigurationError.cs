using System.Text;

namespace Edge.Config.Diagnostics;

/// <summary>One thing that is wrong with a configuration, where it is wrong, and what to do about it.</summary>
/// <param name="Path">The file as the user named it.</param>
/// <param name="Line">From 1. An error of the whole file is at line 1, column 1.</param>
/// <param name="Column">From 1, in UTF-16 units, as Pkl and editors count.</param>
/// <param name="Message">What is wrong, a sentence; lines after the first are details. Secrets are masked by whoever writes it.</param>
/// <param name="Excerpt">The source line with the caret below it, line by line as it is to be shown; empty where there is none.</param>
/// <param name="Advice">What to do; null where the message says it all.</param>
internal sealed record ConfigurationError(
    string Path,
    int Line,
    int Column,
    string Message,
    string Excerpt = "",
    string? Advice = null)
{
    /// <summary>The first line in the form that compilers share and editors parse.</summary>
    public string Headline => $"{Printable(Path, keepLines: false)}:{Line}:{Column}: error: {FirstLine(Printable(Message, keepLines: true))}";

    /// <summary>
    /// <c>FILE:LINE:COL: error: WHAT</c>, then details, excerpt and <c>help: ADVICE</c>, each line ended by LF. What a terminal
    /// would obey is shown as an escape: the text quotes files that may come from elsewhere.
    /// </summary>
    public string Render()
    {
        var text = new StringBuilder(Headline).Append('\n');
        AppendIndented(text, AfterFirstLine(Printable(Message, keepLines: true)), "  ");
        AppendIndented(text, Printable(Excerpt, keepLines: true), "");
        if (Advice is not null)
            text.Append("  help: ").Append(Printable(Advice, keepLines: true).Replace("\n", "\n        ", StringComparison.Ordinal)).Append('\n');
        return text.ToString();
    }

    private static string FirstLine(string text) => text.IndexOf('\n') is >= 0 and var end ? text[..end] : text;

    private static string AfterFirstLine(string text) => text.IndexOf('\n') is >= 0 and var end ? text[(end + 1)..] : "";

    private static void AppendIndented(StringBuilder text, string lines, string indent)
    {
        foreach (var line in lines.AsSpan().TrimEnd('\n').EnumerateLines())
        {
            if (lines.Length > 0)
                text.Append(indent).Append(line).Append('\n');
        }
    }

    private static string Printable(string text, bool keepLines)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1F') && !text.AsSpan().ContainsAnyInRange('\x7F', '\x9F'))
            return text;
        var printable = new StringBuilder(text.Length);
        foreach (var c in text.Replace("\r\n", "\n", StringComparison.Ordinal))
        {
            if (char.IsControl(c) && c != '\t' && !(c == '\n' && keepLines))
                printable.Append($"\\u{{{(int)c:x}}}");
            else
                printable.Append(c);
        }

        return printable.ToString();
    }
}
