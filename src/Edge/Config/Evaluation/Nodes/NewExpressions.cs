using Edge.Config.Evaluation;

namespace Edge.Config.Syntax;

internal sealed partial class NewExpression
{
    private InferenceKind _inference;
    private object? _context;
    private int _lets;

    /// <summary>
    /// Tells each <c>new { }</c> that a definition's value may be what it is the value of. A fact of the syntax: the value itself,
    /// a branch of its <c>if</c>, the body of its <c>let</c>, what it traces.
    /// </summary>
    internal static void Infer(Expression? value, InferenceKind kind, object context, int lets = 0)
    {
        switch (value)
        {
            case NewExpression { Type: null } inferred:
                inferred._inference = kind;
                inferred._context = context;
                inferred._lets = lets;
                break;
            case IfExpression @if:
                Infer(@if.Then, kind, context, lets);
                Infer(@if.Else, kind, context, lets);
                break;
            case LetExpression let:
                Infer(let.Body, kind, context, lets + 1);
                break;
            case TraceExpression trace:
                Infer(trace.Value, kind, context, lets);
                break;
        }
    }

    internal override Value Evaluate(Frame frame) => Type is null ? EvaluateInferred(frame) : EvaluateTyped(frame, Type);

    // `new T<U> { }` is also checked: its elements must be U's.
    private Value EvaluateTyped(Frame frame, TypeSyntax syntax)
    {
        var evaluator = frame.Evaluator;
        var type = frame.Module.TypeOf(syntax);
        evaluator.At(frame.Module, Span);
        var parent = type.Default(evaluator);
        if (parent is null)
        {
            if (type.Class is { } @class) evaluator.CheckInstantiable(@class, frame.Module, syntax.Span);
            throw evaluator.FailAt(frame.Module, Span, $"Cannot instantiate type `{type.Text}`.");
        }
        var value = Body.Amend(frame, parent, Span, Span);
        if (syntax is not DeclaredType { Arguments.IsEmpty: false }) return value;
        evaluator.At(frame.Module, syntax.Span);
        return type.CheckOrThrow(frame, value);
    }

    private Value EvaluateInferred(Frame frame)
    {
        var definer = frame;
        for (var i = 0; i < _lets; i++) definer = definer.Outer!;
        var evaluator = frame.Evaluator;
        evaluator.At(frame.Module, NewKeyword);
        var parent = _inference switch
        {
            InferenceKind.Property => evaluator.InferProperty(definer, (SyntaxMember)_context!),
            InferenceKind.Element => evaluator.InferElement(definer),
            InferenceKind.Method => evaluator.InferResult(definer, (MethodMember)_context!),
            _ => null,
        };
        if (parent is null)
            throw evaluator.FailAt(
                frame.Module, NewKeyword, "Cannot tell which parent to amend.",
                "Please specify a parent explicitly, for example `new Person { ... }` instead of `new { ... }`.");
        return Body.Amend(frame, parent, NewKeyword, Span);
    }
}

internal sealed partial class AmendExpression
{
    internal override Value Evaluate(Frame frame) => Body.Amend(frame, Parent.Evaluate(frame), Parent.Span, Span);
}
