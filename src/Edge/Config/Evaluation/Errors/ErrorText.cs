using System.Text;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>An error in Pkl's own form: headline, values, and each frame's line with carets beneath, innermost first.</summary>
internal static class ErrorText
{
    /// <summary>The whole text, with a line feed at its end.</summary>
    public static string Of(EvaluationException error)
    {
        var text = new StringBuilder("–– Pkl Error ––\n").Append(error.Headline).Append('\n');
        var width = 0;
        foreach (var value in error.Values) width = Math.Max(width, value.Name.Length);
        foreach (var value in error.Values) text.Append(value.Name.PadRight(width)).Append(": ").Append(value.Text).Append('\n');
        if (error.Frames.IsEmpty)
        {
            if (error.Hint is not null) text.Append('\n').Append(error.Hint);
            return text.ToString();
        }
        text.Append('\n');
        var isFirst = true;
        Append(text, RepeatedFrames.Fold(error.Frames), error.Hint, "", ref isFirst);
        return text.ToString();
    }

    /// <summary>Source text that is not Pkl, in the same form.</summary>
    public static string Of(SyntaxException error, string? moduleName)
    {
        var text = new StringBuilder("–– Pkl Error ––\n").Append(error.Headline).Append("\n\n");
        // Unlike a hint, advice about the syntax stands above the frame.
        if (error.Advice is not null) text.Append(error.Advice).Append("\n\n");
        AppendFrame(text, new StackFrame(error.Text, error.Span, moduleName), "");
        return text.ToString();
    }

    private static void Append(StringBuilder text, List<FrameGroup> groups, string? hint, string margin, ref bool isFirst)
    {
        foreach (var group in groups)
        {
            if (group.Repeated is not null && group.Count == 1)
            {
                Append(text, group.Repeated, hint, margin, ref isFirst);
                continue;
            }
            if (!isFirst) text.Append(margin).Append('\n');
            if (group.Repeated is not null)
            {
                text.Append(margin).Append("┌─ ").Append(group.Count).Append(" repetitions of:\n");
                Append(text, group.Repeated, hint, margin + "│ ", ref isFirst);
                text.Append(margin).Append("└─\n");
                continue;
            }
            AppendFrame(text, group.Frame, margin);
            if (isFirst && hint is not null) text.Append('\n').Append(margin).Append(hint).Append('\n');
            isFirst = false;
        }
    }

    private static void AppendFrame(StringBuilder text, StackFrame frame, string margin) =>
        text.AppendExcerpt(frame.Source, frame.Span, margin)
            .Append(margin).Append("at ").Append(frame.Name ?? "<unknown>").Append(" (").Append(frame.Source.Uri).Append(")\n");
}
