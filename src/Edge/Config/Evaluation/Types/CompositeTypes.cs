using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// The types that are made of others, but for collections, on one page.

/// <summary><c>T?</c></summary>
internal sealed class NullableRuntimeType(ModuleInstance module, TypeSyntax syntax, RuntimeType inner) : RuntimeType(module, syntax)
{
    public RuntimeType Inner => inner;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch) =>
        value is NullValue ? value : inner.Check(frame, value, eager, ref mismatch);

    // Amending such a null starts from the type's default.
    public override Value Default(Evaluator evaluator) =>
        inner.Default(evaluator) is { } amendable ? new NullValue(amendable) : NullValue.Instance;

    public override bool IsEquivalentTo(RuntimeType other) => other is NullableRuntimeType type && inner.IsEquivalentTo(type.Inner);

    public override void Visit(Action<RuntimeType> visitor)
    {
        visitor(this);
        inner.Visit(visitor);
    }
}

/// <summary><c>A|*B|C</c></summary>
internal sealed class UnionRuntimeType : RuntimeType
{
    private readonly RuntimeType[] _alternatives;
    private readonly int _defaultIndex;
    private readonly bool _isEager;

    public UnionRuntimeType(ModuleInstance module, TypeSyntax syntax, RuntimeType[] alternatives, int defaultIndex)
        : base(module, syntax)
    {
        _alternatives = alternatives;
        _defaultIndex = defaultIndex;
        IsNoop = Array.TrueForAll(alternatives, t => t.IsNoop);
        // Listing<A>|Listing<B>: only the elements can tell which one it is.
        var seen = new List<ClassValue>();
        var isEager = false;
        Visit(type =>
        {
            if (!type.IsParametric || type.Class is not { } @class) return;
            if (seen.Contains(@class)) isEager = true;
            else seen.Add(@class);
        });
        _isEager = isEager;
    }

    public override bool IsNoop { get; }

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch)
    {
        if (IsNoop) return value;
        TypeMismatch[]? reasons = null;
        for (var i = 0; i < _alternatives.Length; i++)
        {
            TypeMismatch? reason = null;
            if (_alternatives[i].Check(frame, value, eager || _isEager, ref reason) is { } result) return result;
            (reasons ??= new TypeMismatch[_alternatives.Length])[i] = reason!;
        }
        mismatch = new UnionMismatch(this, value, _alternatives, reasons!);
        return null;
    }

    public override Value? Default(Evaluator evaluator) => _defaultIndex < 0 ? null : _alternatives[_defaultIndex].Default(evaluator);

    public override bool IsEquivalentTo(RuntimeType other)
    {
        if (other is not UnionRuntimeType type || type._alternatives.Length != _alternatives.Length) return false;
        for (var i = 0; i < _alternatives.Length; i++)
            if (!_alternatives[i].IsEquivalentTo(type._alternatives[i]))
                return false;
        return true;
    }

    public override void Visit(Action<RuntimeType> visitor)
    {
        visitor(this);
        foreach (var alternative in _alternatives) alternative.Visit(visitor);
    }
}

/// <summary><c>T(constraint, ...)</c></summary>
internal sealed class ConstrainedRuntimeType(ModuleInstance module, TypeSyntax syntax, RuntimeType inner, ImmutableArray<Expression> constraints)
    : RuntimeType(module, syntax)
{
    public override ClassValue? Class => inner.Class;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch)
    {
        var result = inner.Check(frame, value, eager, ref mismatch);
        if (result is null) return null;
        var evaluator = frame.Evaluator;
        // What a constraint reads is checked at once: it decides now.
        var outerEagerness = evaluator.ChecksEagerly;
        evaluator.ChecksEagerly = true;
        var scope = new Frame(frame.Module, frame, LexicalLevel.CustomThis, value, frame.Owner, null, frame.Key);
        var violated = -1;
        for (var i = 0; i < constraints.Length && violated < 0; i++)
            if (!Holds(evaluator, scope, constraints[i], value))
                violated = i;
        evaluator.ChecksEagerly = outerEagerness;
        if (violated < 0) return result;
        mismatch = new ConstraintMismatch(this, value, frame.Module, constraints[violated].Span);
        return null;
    }

    private static bool Holds(Evaluator evaluator, Frame scope, Expression constraint, Value value)
    {
        var outcome = constraint.Evaluate(scope);
        if (outcome is FunctionValue predicate)
        {
            evaluator.At(scope.Module, constraint.Span);
            outcome = evaluator.Call(predicate, value);
            if (outcome is not BooleanValue) throw evaluator.FailType(outcome, evaluator.Base.Boolean);
        }
        return outcome is BooleanValue boolean
            ? boolean.Value
            : throw evaluator.FailAt(
                scope.Module, constraint.Span,
                $"Expected value of type `Boolean` or `Function`, but got type `{evaluator.ClassOf(outcome).DisplayName}`.", outcome);
    }

    public override Value? Default(Evaluator evaluator) => inner.Default(evaluator);

    public override bool IsEquivalentTo(RuntimeType other) => ReferenceEquals(this, other);

    public override void Visit(Action<RuntimeType> visitor)
    {
        visitor(this);
        inner.Visit(visitor);
    }
}

/// <summary>A type alias, with its type arguments in place. Constraints in it see the module that declares it.</summary>
internal sealed class AliasType(ModuleInstance module, TypeSyntax syntax, TypeAliasValue alias, RuntimeType aliased, ImmutableArray<RuntimeType> arguments)
    : RuntimeType(module, syntax)
{
    public TypeAliasValue Alias => alias;

    public RuntimeType Aliased => aliased;

    public override bool IsNoop => aliased.IsNoop;

    public override ClassValue? Class => aliased.Class;

    public override bool IsParametric => !arguments.IsEmpty;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch) =>
        aliased.Check(alias.Module.Frame, value, eager, ref mismatch);

    public override Value? Default(Evaluator evaluator) =>
        alias.Module.IsBase && alias.SimpleName == "Mixin"
            ? new IdentityFunction(Syntax, Module, arguments.IsEmpty ? null : arguments[0])
            : aliased.Default(evaluator);

    public override bool IsEquivalentTo(RuntimeType other) => aliased.IsEquivalentTo(other is AliasType type ? type.Aliased : other);

    public override void Visit(Action<RuntimeType> visitor)
    {
        visitor(this);
        aliased.Visit(visitor);
    }
}

/// <summary><c>(A, B) -> R</c>, <c>Function2&lt;A, B, R></c>, <c>Function&lt;R></c>: only the number of parameters is checked.</summary>
internal sealed class FunctionRuntimeType(ModuleInstance module, TypeSyntax syntax, ClassValue @class) : RuntimeType(module, syntax)
{
    public override ClassValue Class => @class;

    public override bool IsParametric => true;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch) =>
        frame.Evaluator.ClassOf(value).IsSubclassOf(@class) ? value : Mismatch(value, @class, ref mismatch);

    public override bool IsEquivalentTo(RuntimeType other) => other is FunctionRuntimeType type && ReferenceEquals(type.Class, @class);
}
