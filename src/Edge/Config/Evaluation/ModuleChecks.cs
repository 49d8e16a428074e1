using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>What Pkl rejects when it loads a module, before anything is evaluated.</summary>
internal static class ModuleChecks
{
    public static void Check(ModuleInstance module)
    {
        var seen = new HashSet<string>();
        foreach (var member in module.Syntax.Members)
            if (member is not MethodSyntax && !seen.Add(member.Name.Text))
                throw module.Evaluator.FailAt(module, member.Name.Span, $"Duplicate definition of member `{member.Name.Text}`.");
    }
}
