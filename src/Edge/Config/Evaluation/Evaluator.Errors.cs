using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// Errors that several places throw. They arise where the running code is, as recorded by At.
internal sealed partial class Evaluator
{
    /// <summary>An error with one named value.</summary>
    public EvaluationException Fail(string headline, string name, Value shown, string? hint = null) =>
        new(headline, CaptureFrames(), hint) { Values = [new ShownValue(name, Show(shown, 80))] };

    /// <summary>A property without a value was read.</summary>
    internal EvaluationException FailUndefined(Value receiver, string property) =>
        new($"Tried to read property `{property}` but its value is undefined.", CaptureFrames()) { UndefinedProperty = property, UndefinedReceiver = receiver };

    /// <summary>The frame that points at a member's definition, for an error about its value; null where it was made by the library.</summary>
    internal static StackFrame? FrameOf(Member member, ObjectValue owner, string name) => owner.BodyFrame(member) is { } frame ? frame with { Name = name } : null;

    internal EvaluationException FailOperator(ModuleInstance module, SourceSpan site, string symbol, Value operand)
    {
        At(module, site);
        return Fail($"Operator `{symbol}` is not defined for operand type `{ClassOf(operand).DisplayName}`.", "Operand", operand);
    }

    internal EvaluationException FailOperatorLeft(ModuleInstance module, SourceSpan site, string symbol, Value left)
    {
        At(module, site);
        return Fail($"Operator `{symbol}` is not defined for left operand type `{ClassOf(left).DisplayName}`.", "Left operand", left);
    }

    internal EvaluationException FailOperator(ModuleInstance module, SourceSpan site, string symbol, Value left, Value right)
    {
        At(module, site);
        return new EvaluationException(
            $"Operator `{symbol}` is not defined for operand types `{ClassOf(left).DisplayName}` and `{ClassOf(right).DisplayName}`.", CaptureFrames())
        {
            Values = [new ShownValue("Left operand", Show(left, 80)), new ShownValue("Right operand", Show(right, 80))],
        };
    }

    internal EvaluationException FailNotConst(ModuleInstance module, SourceSpan site, string what, string name)
    {
        At(module, site);
        return FailNotConst(what, name);
    }

    private EvaluationException FailNotConst(string what, string name) =>
        Fail(
            what == "method" ? $"Cannot call method `{name}` from here because it is not `const`." : $"Cannot reference property `{name}` from here because it is not `const`.",
            $"To fix, do either of:\n1. Add modifier `const` to {what} `{name}`\n2. Self-import this module, and reference this {what} from the import.");

    /// <summary>Refuses a property that a constant may not depend on. One that is not there is left to be reported as such.</summary>
    internal void CheckConstProperty(Value receiver, string name)
    {
        if (ClassOf(receiver).FindProperty(name) is { IsConst: false }) throw FailNotConst("property", name);
    }

    internal void CheckConstMethod(Value receiver, string name)
    {
        if (ClassOf(receiver).FindMethod(name) is { } method && (method.Syntax.Modifiers & Modifiers.Const) == 0) throw FailNotConst("method", name);
    }

    /// <summary>No property of that name.</summary>
    internal EvaluationException FailProperty(ObjectValue receiver, string name, bool isRead, bool isImplicit)
    {
        var candidates = Suggestions.ForMember(this, receiver, name, -1, isRead, isImplicit);
        var where = isImplicit ? ""
            : Suggestions.IsModule(receiver) ? $" in module `{ModuleOf(receiver).Name}`"
            : $" in object of type `{receiver.Class.DisplayName}`";
        var headline = $"Cannot find property `{name}`{where}.";
        if (candidates.Count > 0) return Fail(headline, "Did you mean any of the following?\n" + string.Join("\n", candidates));
        if (isImplicit) return Fail(headline);
        var available = Suggestions.Properties(receiver, isRead);
        return Suggestions.IsModule(receiver)
            ? Fail(headline, $"Available properties in module `{ModuleOf(receiver).Name}`:\n{string.Join("\n", available)}")
            : Fail(headline, $"Available properties:\n{(available.Count == 0 ? "(none)" : string.Join("\n", available))}");
    }

    /// <summary>No method of that name.</summary>
    internal EvaluationException FailMethod(ClassValue @class, string name, int arity, bool isImplicit)
    {
        var receiver = @class.Prototype;
        var candidates = Suggestions.ForMember(this, receiver, name, arity, isRead: true, isImplicit);
        var where = isImplicit ? "" : Suggestions.IsModule(receiver) ? $" in module `{@class.Module.Name}`" : $" in class `{@class.DisplayName}`";
        var headline = $"Cannot find method `{name}`{where}.";
        if (candidates.Count > 0) return Fail(headline, "Did you mean any of the following?\n" + string.Join("\n", candidates));
        if (isImplicit) return Fail(headline);
        var available = string.Join("\n", Suggestions.Methods(@class));
        return Fail(headline, $"Available methods in {(Suggestions.IsModule(receiver) ? $"module `{@class.Module.Name}`" : $"class `{@class.DisplayName}`")}:\n{available}");
    }

    /// <summary>No entry of that key.</summary>
    internal EvaluationException FailKey(Value container, Value key)
    {
        var headline = $"Cannot find key `{Show(key)}`.";
        if (key is not StringValue text) return Fail(headline);
        var candidates = Suggestions.ForKey(container, text.Value);
        return candidates.Count == 0 ? Fail(headline) : Fail(headline, "Did you mean any of the following?\n" + string.Join("\n", candidates));
    }

    /// <summary>A value on one line as errors show it, cut after <paramref name="limit"/> characters.</summary>
    public string Show(Value value, int limit = 80) => Library.ValueText.Shown(this, value, limit);

    /// <summary>The module that a module's object stands for.</summary>
    internal static ModuleInstance ModuleOf(ObjectValue module) => module.Enclosing?.Module ?? module.Class.Module;
}
