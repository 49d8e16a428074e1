using System.Text;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>Parts of a source text that errors quote or point at.</summary>
internal static class SourceTextSlices
{
    public static string TextOf(this SourceText source, SourceSpan span) => Encoding.UTF8.GetString(source.Utf8.Span.Slice(span.Start, span.Length));
}
