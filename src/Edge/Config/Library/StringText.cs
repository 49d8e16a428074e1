using System.Globalization;
using System.Text;

namespace Edge.Config.Library;

/// <summary>Strings and identifiers as they are written in Pkl.</summary>
internal static class StringText
{
    /// <summary>A single-line literal with escapes.</summary>
    public static string Quote(string text)
    {
        var result = new StringBuilder(text.Length + 2);
        AppendSingleLine(result, text, "", escapes: true);
        return result.ToString();
    }

    /// <summary>A single-line literal with as many <c>#</c> as it takes to need no escaped quote or backslash.</summary>
    public static string QuoteWithCustomDelimiters(string text)
    {
        var result = new StringBuilder(text.Length + 2);
        AppendSingleLine(result, text, Pounds(text, multiLine: false), escapes: false);
        return result.ToString();
    }

    /// <summary>
    /// A literal as rendered documents contain it: multi-line, indented by <paramref name="indent"/>, if the text has line breaks.
    /// </summary>
    public static void AppendLiteral(StringBuilder result, string text, string indent, bool useCustomDelimiters)
    {
        var isMultiLine = text.Contains('\n', StringComparison.Ordinal);
        var pounds = useCustomDelimiters ? Pounds(text, isMultiLine) : "";
        if (isMultiLine)
            AppendMultiLine(result, text, indent, pounds, escapes: !useCustomDelimiters);
        else
            AppendSingleLine(result, text, pounds, escapes: !useCustomDelimiters);
    }

    /// <summary>The name, in backticks if it is a keyword or no regular identifier.</summary>
    public static string Identifier(string name) => IsRegularIdentifier(name) ? name : $"`{name}`";

    public static bool IsRegularIdentifier(string name)
    {
        if (name.Length == 0 || IsKeyword(name)) return false;
        var isStart = true;
        foreach (var rune in name.EnumerateRunes())
        {
            if (isStart ? !IsIdentifierStart(rune) : !IsIdentifierPart(rune)) return false;
            isStart = false;
        }
        return true;
    }

    // Unicode's XID_Start and XID_Continue (UAX #31) by general category, plus `_` and `$`.
    private static bool IsIdentifierStart(Rune rune) =>
        rune.Value is '_' or '$' || Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.LetterNumber;

    private static bool IsIdentifierPart(Rune rune) =>
        IsIdentifierStart(rune) || Rune.GetUnicodeCategory(rune) is
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation;

    private static bool IsKeyword(string name) => name is
        "_" or "abstract" or "amends" or "as" or "case" or "class" or "const" or "delete" or "else" or "extends" or "external"
        or "false" or "fixed" or "for" or "function" or "hidden" or "if" or "import" or "in" or "is" or "let" or "local" or "module"
        or "new" or "nothing" or "null" or "open" or "out" or "outer" or "override" or "protected" or "read" or "record" or "super"
        or "switch" or "this" or "throw" or "trace" or "true" or "typealias" or "unknown" or "vararg" or "when";

    private static void AppendSingleLine(StringBuilder result, string text, string pounds, bool escapes)
    {
        result.Append(pounds).Append('"');
        var start = 0;
        if (!escapes && text == "\"")
        {
            result.Append('\\').Append(pounds).Append('"');
            start = 1;
        }
        else if (!escapes && text.StartsWith("\"\"", StringComparison.Ordinal))
        {
            // Two quotes at the start would open a multi-line literal.
            result.Append("\"\\").Append(pounds).Append('"');
            start = 2;
        }
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '\n') result.Append('\\').Append(pounds).Append('n');
            else if (text[i] == '"' && escapes) result.Append("\\\"");
            else AppendCommon(result, text[i], pounds, escapes);
        }
        result.Append('"').Append(pounds);
    }

    private static void AppendMultiLine(StringBuilder result, string text, string indent, string pounds, bool escapes)
    {
        result.Append(pounds).Append("\"\"\"\n").Append(indent);
        var quotes = 0;
        foreach (var c in text)
        {
            if (c == '"')
            {
                var mustEscape = escapes && quotes == 2;
                result.Append(mustEscape ? "\\\"" : "\"");
                quotes = mustEscape ? 0 : quotes + 1;
                continue;
            }
            quotes = 0;
            if (c == '\n') result.Append('\n').Append(indent);
            else AppendCommon(result, c, pounds, escapes);
        }
        result.Append('\n').Append(indent).Append("\"\"\"").Append(pounds);
    }

    private static void AppendCommon(StringBuilder result, char c, string pounds, bool escapes)
    {
        switch (c)
        {
            case '\r': result.Append('\\').Append(pounds).Append('r'); break;
            case '\t': result.Append('\\').Append(pounds).Append('t'); break;
            case '\\' when escapes: result.Append("\\\\"); break;
            default: result.Append(c); break;
        }
    }

    // One more than the longest run of pounds that follows a backslash or a closing quote.
    private static string Pounds(string text, bool multiLine)
    {
        var (longest, current, quotes) = (0, 0, 0);
        foreach (var c in text)
        {
            // A backslash between quotes does not end their run: so the reference counts.
            quotes = c == '"' ? quotes + 1 : c == '\\' ? quotes : 0;
            current = c switch
            {
                '\\' => 1,
                '"' => multiLine == quotes >= 3 ? 1 : 0,
                '#' when current > 0 => current + 1,
                _ => 0,
            };
            longest = Math.Max(longest, current);
        }
        return new string('#', longest);
    }
}
