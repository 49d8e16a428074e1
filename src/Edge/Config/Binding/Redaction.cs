using System.Text;
using System.Text.RegularExpressions;
using Edge.Config.Syntax;
using Edge.Foundation.Configuration;

namespace Edge.Config.Binding;

/// <summary>
/// Takes secrets out of what is shown: literals that are given to secret properties, values that came from the environment, and
/// whatever has the form of a key, wherever it stands.
/// </summary>
internal sealed partial class Redaction
{
    // A shorter text turns up in unrelated words; the evaluator masks values that come from the environment itself.
    private const int ShortestText = 6;

    private readonly Dictionary<SourceText, IReadOnlyList<SourceSpan>> _spans = [];
    private readonly List<SourceText> _unread = [];
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);

    /// <summary>Notes a value that must not be shown.</summary>
    public void Hide(string text)
    {
        if (text.Length >= ShortestText) _texts.Add(text);
    }

    /// <summary>Notes a file whose secret literals must not be shown.</summary>
    public void HideLiteralsOf(SourceText source) => _unread.Add(source);

    /// <summary>Whether a text has the form of a key.</summary>
    public static bool IsKey(string text) => Keys().IsMatch(text);

    public string Mask(string text)
    {
        // Most configurations have no error: their literals are looked for when there is something to show.
        foreach (var source in _unread) SpansOf(source);
        _unread.Clear();
        foreach (var secret in _texts)
            text = text.Replace(secret, Secret.Mask, StringComparison.Ordinal);
        return Keys().Replace(text, Secret.Mask);
    }

    /// <summary>
    /// A line of a file, from 0, without its secrets. <paramref name="start"/> and <paramref name="end"/>, in bytes of the line,
    /// become columns of the result.
    /// </summary>
    public string MaskLine(SourceText source, int line, ref int start, ref int end)
    {
        var lineStart = source.LineStart(line);
        var bytes = source.Line(line);
        var masked = new StringBuilder();
        int at = 0, newStart = -1, newEnd = -1;
        foreach (var (from, to) in HiddenIn(source, lineStart, bytes))
        {
            Copy(bytes, at, from, masked, start, end, ref newStart, ref newEnd);
            if (newStart < 0 && start < to) newStart = masked.Length;
            masked.Append(Secret.Mask);
            if (newEnd < 0 && end <= to) newEnd = masked.Length;
            at = to;
        }
        Copy(bytes, at, bytes.Length, masked, start, end, ref newStart, ref newEnd);
        start = newStart < 0 ? masked.Length : newStart;
        end = newEnd < 0 ? masked.Length : newEnd;
        return masked.ToString();
    }

    private static void Copy(
        ReadOnlySpan<byte> bytes, int from, int to, StringBuilder text, int start, int end, ref int newStart, ref int newEnd)
    {
        if (newStart < 0 && start >= from && start < to)
            newStart = text.Length + Encoding.UTF8.GetCharCount(bytes[from..start]);
        if (newEnd < 0 && end >= from && end <= to)
            newEnd = text.Length + Encoding.UTF8.GetCharCount(bytes[from..end]);
        text.Append(Encoding.UTF8.GetString(bytes[from..to]));
    }

    // In bytes of the line, in order, without overlaps.
    private List<(int From, int To)> HiddenIn(SourceText source, int lineStart, ReadOnlySpan<byte> line)
    {
        var hidden = new List<(int From, int To)>();
        foreach (var span in SpansOf(source))
        {
            var from = Math.Max(span.Start - lineStart, 0);
            var to = Math.Min(span.End - lineStart, line.Length);
            if (from < to) hidden.Add((from, to));
        }
        var text = Encoding.UTF8.GetString(line);
        foreach (var key in Keys().EnumerateMatches(text))
            Add(key.Index, key.Length);
        foreach (var secret in _texts)
            for (var at = text.IndexOf(secret, StringComparison.Ordinal); at >= 0; at = text.IndexOf(secret, at + 1, StringComparison.Ordinal))
                Add(at, secret.Length);
        hidden.Sort();
        var last = 0;
        for (var i = 1; i < hidden.Count; i++)
        {
            if (hidden[i].From <= hidden[last].To)
                hidden[last] = (hidden[last].From, Math.Max(hidden[last].To, hidden[i].To));
            else
                hidden[++last] = hidden[i];
        }
        if (last + 1 < hidden.Count) hidden.RemoveRange(last + 1, hidden.Count - last - 1);
        return hidden;

        void Add(int index, int length)
        {
            var from = Encoding.UTF8.GetByteCount(text.AsSpan(0, index));
            hidden.Add((from, from + Encoding.UTF8.GetByteCount(text.AsSpan(index, length))));
        }
    }

    private IReadOnlyList<SourceSpan> SpansOf(SourceText source)
    {
        if (_spans.TryGetValue(source, out var spans)) return spans;
        spans = SecretSpans.Find(source);
        foreach (var span in spans)
            foreach (var line in Encoding.UTF8.GetString(source.Utf8.Span.Slice(span.Start, span.Length)).Split('\n'))
                Hide(line.Trim());
        _spans.Add(source, spans);
        return spans;
    }

    // Tailscale's and Headscale's keys; 32 bytes in Base64 (WireGuard) or 16 and more in hexadecimal; password hashes.
    [GeneratedRegex(@"(?:ts|hs)key-[A-Za-z0-9_-]+|[A-Za-z0-9+/]{43}=|(?:priv|pre-?shared)key:[0-9a-fA-F]+|[0-9a-fA-F]{32,}|\$argon2[a-z]*\$[^\s""]+")]
    private static partial Regex Keys();
}
