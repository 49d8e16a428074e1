namespace Edge.Config.Syntax;

/// <summary>A source file's UTF-8 text and the name under which errors speak of it.</summary>
internal sealed class SourceText(string uri, string displayName, ReadOnlyMemory<byte> utf8)
{
    private int[]? _lineStarts;

    /// <summary>The module's URI, such as <c>file:///etc/edge/server.pkl</c> or <c>pkl:base</c>.</summary>
    public string Uri { get; } = uri;

    /// <summary>The file as the user named it, for <c>FILE:LINE:COL</c>; a module's URI where it has no file.</summary>
    public string DisplayName { get; } = displayName;

    public ReadOnlyMemory<byte> Utf8 { get; } = utf8;

    /// <summary>Line of a byte offset, from 0. Lines end with LF, CRLF or a lone CR, as Pkl counts them.</summary>
    public int LineOf(int offset)
    {
        var found = Array.BinarySearch(LineStarts, offset);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>Column of a byte offset, from 0, in UTF-16 units.</summary>
    public int ColumnOf(int offset)
    {
        var start = LineStart(LineOf(offset));
        return Syntax.Utf8.Utf16Length(Utf8.Span.Slice(start, offset - start));
    }

    public int LineCount => LineStarts.Length;

    public int LineStart(int line) => LineStarts[line];

    /// <summary>The bytes of a line without its end.</summary>
    public ReadOnlySpan<byte> Line(int line)
    {
        var end = line + 1 < LineStarts.Length ? LineStarts[line + 1] : Utf8.Length;
        while (end > LineStarts[line] && Utf8.Span[end - 1] is (byte)'\n' or (byte)'\r')
            end--;
        return Utf8.Span.Slice(LineStarts[line], end - LineStarts[line]);
    }

    private int[] LineStarts => _lineStarts ??= FindLineStarts(Utf8.Span);

    // Only errors ask for lines, so they are found then and not while lexing.
    private static int[] FindLineStarts(ReadOnlySpan<byte> text)
    {
        var starts = new List<int> { 0 };
        for (var i = 0; i < text.Length; i++)
            if (text[i] == (byte)'\n' || (text[i] == (byte)'\r' && (i + 1 == text.Length || text[i + 1] != (byte)'\n')))
                starts.Add(i + 1);
        return [.. starts];
    }
}
