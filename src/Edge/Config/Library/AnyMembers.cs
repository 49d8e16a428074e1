using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary><c>Any</c>, and classes with no more than a member or two.</summary>
internal static class AnyMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "getClass" => static (evaluator, self, _) => evaluator.ClassOf(self),
        "toString" => static (evaluator, self, _) => ValueText.Of(evaluator, self),
        "ifNonNull" => static (evaluator, self, arguments) => self is NullValue ? self : evaluator.Call(Function(arguments[0]), self),
        _ => null,
    };

    public static ExternalMember? FindOfClass(string member) => member switch
    {
        "simpleName" => static (_, self, _) => Of(((ClassValue)self).SimpleName),
        _ => null,
    };

    public static ExternalMember? FindOfBoolean(string member) => member switch
    {
        "xor" => static (_, self, arguments) => Of(((BooleanValue)self).Value ^ ((BooleanValue)arguments[0]).Value),
        "implies" => static (_, self, arguments) => Of(!((BooleanValue)self).Value || ((BooleanValue)arguments[0]).Value),
        _ => null,
    };

    /// <summary><c>Function</c> and <c>Function0</c> to <c>Function5</c>.</summary>
    public static ExternalMember? FindOfFunction(string member) => member switch
    {
        "apply" => static (evaluator, self, arguments) => evaluator.Call(Function(self), arguments),
        "applyToList" => static (evaluator, self, arguments) => evaluator.Call(Function(self), Items(arguments[0]).AsSpan()),
        _ => null,
    };
}
