using System.Globalization;
using System.Text;

namespace Edge.Config.Syntax;

/// <summary>
/// The lines that Pkl shows for a place in a source: the line's number and text, and carets below. Of a place that spans lines the
/// first is shown. The text loses its indentation; columns are UTF-16 units, as in Pkl, so carets sit right only below text
/// of single-width characters of the basic plane.
/// </summary>
/// <example><code>
/// 12 | port = "http"
///             ^^^^^^
/// </code></example>
internal static class Excerpt
{
    /// <summary>Both lines, each with its line feed.</summary>
    public static string Of(SourceText source, SourceSpan span) => new StringBuilder().AppendExcerpt(source, span, "").ToString();

    /// <param name="builder">Receives both lines.</param>
    /// <param name="source">The file.</param>
    /// <param name="span">What the carets point at; at least one is drawn.</param>
    /// <param name="margin">What stands before each of the two lines.</param>
    public static StringBuilder AppendExcerpt(this StringBuilder builder, SourceText source, SourceSpan span, string margin)
    {
        var line = source.LineOf(span.Start);
        var text = Utf8.Decode(source.Line(line));
        var indentation = 0;
        while (indentation < text.Length && IsBlank(text[indentation]))
            indentation++;
        var length = text.Length;
        while (length > indentation && IsBlank(text[length - 1]))
            length--;

        // The last byte decides where the span ends: one that takes in a line's end and no more is still on that line.
        var isOneLine = span.Length == 0 || source.LineOf(span.End - 1) == line;
        var start = Math.Max(0, source.ColumnOf(span.Start) - indentation);
        var end = isOneLine ? Utf8.Utf16Length(source.Utf8.Span.Slice(source.LineStart(line), span.End - source.LineStart(line))) : length;
        var carets = Math.Max(1, end - indentation - start);

        var gutter = (line + 1).ToString(CultureInfo.InvariantCulture) + " | ";
        builder.Append(margin).Append(gutter);
        for (var i = indentation; i < length; i++)
            builder.Append(Printable.Of(text[i]));
        return builder.Append('\n').Append(margin).Append(' ', gutter.Length + start).Append('^', carets).Append('\n');
    }

    // Java's notion of white space, by which Pkl strips: it leaves the blanks that do not break.
    private static bool IsBlank(char c) =>
        c is (>= '\t' and <= '\r') or (>= '\u001C' and <= ' ')
        || (c is not ('\u00A0' or '\u2007' or '\u202F')
            && CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
