using Edge.Config.Evaluation;
using Edge.Config.Syntax;

namespace Edge.Tests.Config.Differential;

/// <summary>Edge's evaluator, asked as the real CLI is.</summary>
internal static class EdgeEvaluation
{
    /// <param name="file">The module.</param>
    /// <param name="environment">The whole environment.</param>
    /// <param name="root">The folder that imports stay in; null for the module's own.</param>
    public static Outcome Evaluate(string file, IReadOnlyDictionary<string, string> environment, string? root = null)
    {
        var evaluator = new Evaluator(new EvaluationOptions { Root = root, Environment = environment.GetValueOrDefault });
        try
        {
            return new Outcome(evaluator.EvaluateToText(file), "");
        }
        catch (EvaluationException e)
        {
            return new Outcome("", string.Join('\n', [e.Headline, .. e.Values.Select(value => $"{value.Name}: {value.Text}")]));
        }
        catch (SyntaxException e)
        {
            return new Outcome("", e.Headline);
        }
    }
}
