using System.Globalization;
using System.Text;
using Edge.Config.Diagnostics;

namespace Edge.Config.Binding;

/// <summary>The line of an error with the caret below it, as Pkl draws it, without secrets.</summary>
internal static class Excerpt
{
    // A terminal's width and a half; generated files have lines of any length.
    private const int LongestLine = 120;

    /// <summary>The error at a place.</summary>
    public static ConfigurationError At(Location where, string path, string message, string? advice, Redaction redaction)
    {
        var (source, span) = where;
        var start = Math.Min(span.Start, source.Utf8.Length);
        var line = source.LineOf(start);
        var lineStart = source.LineStart(line);
        var lineBytes = source.Line(line);
        var column = Encoding.UTF8.GetCharCount(lineBytes[..Math.Min(start - lineStart, lineBytes.Length)]);
        var from = Math.Min(start - lineStart, lineBytes.Length);
        var to = Math.Clamp(span.End - lineStart, from, lineBytes.Length);
        var text = redaction.MaskLine(source, line, ref from, ref to);
        return new ConfigurationError(path, line + 1, column + 1, message, Draw(line + 1, text, from, to), advice);
    }

    private static string Draw(int number, string line, int from, int to)
    {
        if (line.Length > LongestLine)
        {
            var first = Math.Clamp(from - (LongestLine / 3), 0, line.Length - LongestLine);
            line = line.Substring(first, LongestLine);
            from -= first;
            to = Math.Min(to - first, LongestLine);
        }
        var gutter = string.Create(CultureInfo.InvariantCulture, $"{number} | ");
        var drawing = new StringBuilder(gutter).Append(line).Append('\n').Append(' ', gutter.Length);
        for (var i = 0; i < from; i++) drawing.Append(line[i] == '\t' ? '\t' : ' ');
        return drawing.Append('^', Math.Max(1, to - from)).ToString();
    }
}
