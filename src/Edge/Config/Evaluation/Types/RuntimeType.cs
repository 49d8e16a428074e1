using System.Text;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>
/// A type as the program uses it: its names are resolved. A check gives back the value (a listing or mapping may come back wrapped,
/// so that its elements are checked when they are read), or null and the reason.
/// </summary>
internal abstract class RuntimeType(ModuleInstance module, TypeSyntax syntax)
{
    /// <summary>The module in which the type is written.</summary>
    public ModuleInstance Module { get; } = module;

    public TypeSyntax Syntax { get; } = syntax;

    public virtual SourceSpan Span => Syntax.Span;

    public virtual ModuleInstance SpanModule => Module;

    /// <summary>As written.</summary>
    public string Text => Module.Source.TextOf(Syntax.Span);

    /// <summary>Whether every value passes.</summary>
    public virtual bool IsNoop => false;

    /// <summary>The class whose instances it admits, where there is one.</summary>
    public virtual ClassValue? Class => null;

    /// <summary>Whether it has type arguments that are checked element by element.</summary>
    public virtual bool IsParametric => false;

    /// <param name="frame">Where constraints are evaluated.</param>
    /// <param name="value">The value under test.</param>
    /// <param name="eager">Whether elements are checked now rather than when they are read.</param>
    /// <param name="mismatch">The reason of a null result.</param>
    public abstract Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch);

    /// <summary>What a property of this type is where none is given, or null.</summary>
    public virtual Value? Default(Evaluator evaluator) => null;

    public abstract bool IsEquivalentTo(RuntimeType other);

    /// <summary>This type and those that a union, nullable, constraint or alias consists of.</summary>
    public virtual void Visit(Action<RuntimeType> visitor) => visitor(this);

    /// <summary>Checks as a property, parameter or <c>as</c> does.</summary>
    /// <exception cref="EvaluationException">where the value does not belong to the type</exception>
    public Value CheckOrThrow(Frame frame, Value value)
    {
        if (IsNoop) return value;
        TypeMismatch? mismatch = null;
        return Check(frame, value, frame.Evaluator.ChecksEagerly, ref mismatch) ?? throw mismatch!.ToException(frame.Evaluator);
    }

    protected Value? Mismatch(Value value, ClassValue expected, ref TypeMismatch? mismatch)
    {
        mismatch = new SimpleMismatch(this, value, expected);
        return null;
    }
}

/// <summary>Why a value does not belong to a type.</summary>
internal abstract class TypeMismatch(RuntimeType type, Value value)
{
    public RuntimeType Type { get; } = type;

    public Value Value { get; } = value;

    /// <summary>A member whose key or element is at fault: its frame is shown beneath the type's.</summary>
    public StackFrame? Inserted { get; set; }

    /// <summary>What is wrong, in one sentence.</summary>
    public abstract string Headline { get; }

    /// <summary>Whether the value is shown on a line of its own.</summary>
    public virtual bool ShowsValue => true;

    protected virtual (ModuleInstance Module, SourceSpan Span) Site => (Type.SpanModule, Type.Span);

    public virtual string? Details(Evaluator evaluator, string indent) => null;

    public void Describe(Evaluator evaluator, StringBuilder into, string indent)
    {
        into.Append(indent).Append(Headline.Replace("\n", "\n" + indent, StringComparison.Ordinal));
        if (ShowsValue) into.Append('\n').Append(indent).Append("Value: ").Append(evaluator.Show(Value, 80 - indent.Length));
        into.Append(Details(evaluator, indent));
    }

    public EvaluationException ToException(Evaluator evaluator)
    {
        var (module, span) = Site;
        evaluator.At(module, span);
        var frames = evaluator.CaptureFrames();
        if (Inserted is { } inserted) frames = frames.Insert(Math.Min(1, frames.Length), inserted);
        return new EvaluationException(Headline, frames, Details(evaluator, ""))
        {
            IsTypeMismatch = true,
            Values = ShowsValue ? [new ShownValue("Value", evaluator.Show(Value, 80))] : [],
        };
    }
}

/// <summary>The value is of another class.</summary>
internal sealed class SimpleMismatch(RuntimeType type, Value value, ClassValue expected) : TypeMismatch(type, value)
{
    public override string Headline
    {
        get
        {
            if (Value is NullValue) return $"Expected value of type `{expected.DisplayName}`, but got `null`.";
            var actual = expected.Evaluator.ClassOf(Value);
            if (Value is ObjectValue && actual.QualifiedName == expected.QualifiedName)
                return $"Module version conflict: Expected value of type `{expected.DisplayName}` defined {(actual.IsModuleClass ? "by" : "in")} module `{expected.Module.Source.Uri}`, "
                    + $"but got type `{expected.DisplayName}` defined {(actual.IsModuleClass ? "by" : "in")} module `{actual.Module.Source.Uri}`.\n";
            return $"Expected value of type `{expected.DisplayName}`, but got type `{actual.DisplayName}`.";
        }
    }

    public override bool ShowsValue => Value is not NullValue && !Headline.StartsWith("Module version", StringComparison.Ordinal);
}

/// <summary>The value is not one of the strings.</summary>
internal sealed class LiteralMismatch(RuntimeType type, Value value, string expected, bool isUnion) : TypeMismatch(type, value)
{
    public override string Headline =>
        Value is NullValue || (isUnion && Value is StringValue)
            ? $"Expected value of type `{expected}`, but got `{Type.Module.Evaluator.Show(Value, int.MaxValue)}`."
            : $"Expected value of type `{expected}`, but got type `{Type.Module.Evaluator.ClassOf(Value).DisplayName}`.";

    public override bool ShowsValue => !(Value is NullValue || (isUnion && Value is StringValue));
}

/// <summary>A constraint does not hold.</summary>
internal sealed class ConstraintMismatch(RuntimeType type, Value value, ModuleInstance module, SourceSpan constraint) : TypeMismatch(type, value)
{
    public override string Headline => $"Type constraint `{module.Source.TextOf(constraint)}` violated.";

    protected override (ModuleInstance Module, SourceSpan Span) Site => (module, constraint);
}

/// <summary>None of the alternatives takes the value.</summary>
internal sealed class UnionMismatch(RuntimeType type, Value value, RuntimeType[] alternatives, TypeMismatch[] reasons) : TypeMismatch(type, value)
{
    public override string Headline
    {
        get
        {
            var evaluator = Type.Module.Evaluator;
            if (HasReasons) return $"Expected value of type `{Type.Text}`, but got a different `{evaluator.ClassOf(Value).DisplayName}`.";
            return Value is NullValue
                ? $"Expected value of type `{Type.Text}`, but got `null`."
                : $"Expected value of type `{Type.Text}`, but got type `{evaluator.ClassOf(Value).DisplayName}`.";
        }
    }

    private bool HasReasons
    {
        get
        {
            for (var i = 0; i < reasons.Length; i++)
                if (IsWorthSaying(i))
                    return true;
            return false;
        }
    }

    // That a value is of none of the classes is said already; what went wrong inside one of them is not.
    private bool IsWorthSaying(int at) => reasons[at] is not (SimpleMismatch or LiteralMismatch) || !ReferenceEquals(reasons[at].Type, alternatives[at]);

    public override string? Details(Evaluator evaluator, string indent)
    {
        var details = new StringBuilder();
        for (var i = 0; i < reasons.Length; i++)
        {
            if (!IsWorthSaying(i)) continue;
            if (indent.Length > 0 || details.Length > 0) details.Append("\n\n");
            details.Append(indent).Append("* Value is not of type `").Append(alternatives[i].Text).Append("` because:\n");
            reasons[i].Describe(evaluator, details, indent + "  ");
        }
        return details.Length == 0 ? null : details.ToString();
    }
}

/// <summary>The type <c>nothing</c> has no values.</summary>
internal sealed class NothingMismatch(RuntimeType type, Value value) : TypeMismatch(type, value)
{
    public override string Headline =>
        $"Expected `nothing`, but got type `{Type.Module.Evaluator.ClassOf(Value).DisplayName}`.\n\n`nothing` is typically used as the return type of functions that throw errors.";
}
