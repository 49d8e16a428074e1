using System.Text;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>Parts of a source text that errors quote or point at.</summary>
internal static class SourceTextSlices
{
    public static string TextOf(this SourceText source, SourceSpan span) => Encoding.UTF8.GetString(source.Utf8.Span.Slice(span.Start, span.Length));

    /// <summary>What stands before a member's value: without <c>=</c> and white space.</summary>
    public static SourceSpan HeaderOf(this SourceText source, SourceSpan member, SourceSpan value)
    {
        var text = source.Utf8.Span;
        var end = value.Start;
        while (end > member.Start && text[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') end--;
        if (end > member.Start && text[end - 1] == (byte)'=') end--;
        while (end > member.Start && text[end - 1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') end--;
        return SourceSpan.FromBounds(member.Start, end);
    }
}
