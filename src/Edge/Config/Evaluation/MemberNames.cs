using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>The names that the evaluator itself looks for, interned as the parser's are.</summary>
internal static class MemberNames
{
    public static readonly string Default = Names.Intern("default");
    public static readonly string Output = Names.Intern("output");
    public static readonly string Bytes = Names.Intern("bytes");
    public static readonly string ToText = Names.Intern("toString");
}
