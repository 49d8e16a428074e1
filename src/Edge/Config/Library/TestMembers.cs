using System.Text;
using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary><c>pkl:test</c></summary>
internal static class TestMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "catch" => static (evaluator, _, arguments) =>
            Catch(evaluator, Function(arguments[0])) ?? throw evaluator.Fail("Expected an exception, but none was thrown."),
        "catchOrNull" => static (evaluator, _, arguments) => OrNull(Catch(evaluator, Function(arguments[0]))),
        _ => null,
    };

    // The error's headline and values on one line; null where there is none.
    private static Value? Catch(Evaluator evaluator, FunctionValue function)
    {
        var depth = evaluator.CallDepth;
        try
        {
            evaluator.Call(function);
            return null;
        }
        catch (EvaluationException error)
        {
            evaluator.Unwind(depth);
            var text = new StringBuilder(error.Headline);
            var width = error.Values.Select(value => value.Name.Length).DefaultIfEmpty().Max();
            foreach (var value in error.Values) text.Append('\n').Append(value.Name.PadRight(width)).Append(": ").Append(value.Text);
            return Of(text.Replace("\r\n", " ").Replace('\n', ' ').ToString().Trim());
        }
    }
}
