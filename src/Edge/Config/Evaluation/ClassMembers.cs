using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>A property as a class declares it: its type and modifiers, not its value.</summary>
internal sealed class ClassProperty(ClassValue owner, PropertySyntax syntax)
{
    private bool _isResolved;

    public ClassValue Owner => owner;

    public PropertySyntax Syntax => syntax;

    public string Name => syntax.Name.Text;

    public Modifiers Modifiers => syntax.Modifiers;

    public bool IsConst => (Modifiers & Modifiers.Const) != 0;

    public bool IsConstOrFixed => (Modifiers & (Modifiers.Const | Modifiers.Fixed)) != 0;

    /// <summary>Null where none is written.</summary>
    public RuntimeType? Type
    {
        get
        {
            if (!_isResolved && syntax.Type is not null) field = owner.Module.TypeOf(syntax.Type, owner.TypeVariables);
            _isResolved = true;
            return field;
        }
    }

    /// <summary>Checks a value against the declared type; an error's first frame is the declaration.</summary>
    internal Value Check(Evaluator evaluator, RuntimeType type, Value value, Value receiver)
    {
        evaluator.Enter(owner.Module, syntax);
        evaluator.At(owner.Module, type.Span);
        var enclosing = owner.Prototype.Enclosing!;
        var result = type.CheckOrThrow(new Frame(owner.Module, enclosing, owner.Level, receiver, owner.Prototype), value);
        evaluator.Leave();
        return result;
    }
}

/// <summary>A method as a class declares it.</summary>
internal sealed class ClassMethod(ClassValue owner, MethodMember syntax)
{
    private ExternalMember? _external;

    public ClassValue Owner => owner;

    public MethodMember Syntax => syntax;

    /// <summary>Calls it; the call's place has been recorded.</summary>
    internal Value Invoke(Evaluator evaluator, Value receiver, Value[] arguments)
    {
        if (syntax.Deprecation is not null) evaluator.WarnDeprecated(owner.Module, syntax);
        if ((syntax.Modifiers & Modifiers.External) == 0)
            return evaluator.Invoke(owner.Module, syntax, receiver, owner.Prototype, arguments, owner.TypeVariables);
        return InvokeExternal(evaluator, receiver, arguments);
    }

    private Value InvokeExternal(Evaluator evaluator, Value receiver, Value[] arguments)
    {
        _external ??= owner.Module.IsBase && syntax.Name is "env" && owner.IsModuleClass
            ? static (evaluator, _, arguments) => evaluator.Resources.Env(((StringValue)arguments[0]).Value)
            : Library.ExternalMembers.Find(owner.ExternalName, syntax.Name)
            ?? throw evaluator.Fail($"The library method `{owner.DisplayName}.{syntax.Name}()` is not supported.");
        evaluator.Enter(owner.Module, syntax.Definition);
        if (syntax.Parameters is not [{ Type: DeclaredType { Name.Text: "VarArgs" } }])
        {
            if (arguments.Length != syntax.Parameters.Length)
                throw evaluator.FailAt(owner.Module, syntax.Header, $"Expected {syntax.Parameters.Length} function arguments but got {arguments.Length}.");
            Evaluator.CheckArguments(owner.Module, syntax, receiver, owner.Prototype, arguments, owner.TypeVariables);
        }
        // There is no Pkl to show: errors begin with the caller.
        evaluator.AtNoPlace();
        var result = _external(evaluator, receiver, arguments);
        evaluator.Leave();
        return result.FromEnvironment || !Taint.Of(receiver, arguments) ? result : result.MarkFromEnvironment();
    }
}
