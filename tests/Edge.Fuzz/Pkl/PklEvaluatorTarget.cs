using Edge.Config.Evaluation;
using Edge.Config.Syntax;

namespace Edge.Fuzz.Pkl;

/// <summary>A program is evaluated to text, or refused with an error, within its limits.</summary>
internal sealed class PklEvaluatorTarget : FuzzTarget
{
    public override string Name => "pkl-evaluator";

    public override IReadOnlyList<byte[]> Seeds => PklSources.Snippets;

    public override IReadOnlyList<byte[]> Words => PklSources.Words;

    public override long AllocationLimit(int inputLength) => ScratchModule.AllocationLimit;

    public override int Run(byte[] input)
    {
        var evaluator = new Evaluator(new EvaluationOptions { Limits = ScratchModule.Limits, Environment = static _ => null });
        try
        {
            return evaluator.EvaluateToText(ScratchModule.Write(input)).Length / 64;
        }
        catch (SyntaxException)
        {
            return -1;
        }
        catch (EvaluationException e)
        {
            Check(e.Frames.All(static frame => frame.Span.Start >= 0 && frame.Span.End <= frame.Source.Utf8.Length), "A frame is at a place in its text.");
            return HashCode.Combine(string.GetHashCode(e.Headline.AsSpan(0, Math.Min(12, e.Headline.Length)), StringComparison.Ordinal), e.Frames.Length);
        }
    }
}
