using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// Reading members and calling methods on behalf of the program. The caller has recorded its place with At.
internal sealed partial class Evaluator
{
    /// <summary>Whether type checks reach into listings and mappings now: a constraint's outcome may depend on it.</summary>
    internal bool ChecksEagerly { get; set; }

    internal SyntaxNode? CurrentDefinition => _depth > 0 ? _calls[_depth - 1].Definition : null;

    internal ModuleInstance CurrentModule => _depth > 0 ? _calls[_depth - 1].Module : Base.Module;

    /// <summary>A property of any value.</summary>
    internal Value ReadProperty(Value receiver, string name, bool isImplicit)
    {
        if (receiver is ObjectValue @object)
            return TryRead(@object, name) ?? throw FailProperty(@object, name, isRead: true, isImplicit);
        var prototype = ClassOf(receiver).Prototype;
        for (var owner = prototype; owner is not null; owner = owner.Parent)
        {
            var at = owner.Members.Find(name);
            if (at >= 0) return owner.Members[at].Compute(this, receiver, owner, name);
        }
        throw FailProperty(prototype, name, isRead: true, isImplicit);
    }

    /// <summary>A local property of a lexical level; its value is kept in that level's receiver.</summary>
    internal Value ReadLocal(Frame level, SyntaxMember member)
    {
        if (level.This is not ObjectValue receiver) return member.Compute(this, level.This, level.Owner!, member.Name!);
        if (receiver.Cache.TryGet(member, out var cached)) return cached;
        var value = member.Compute(this, receiver, level.Owner!, member.Name!);
        receiver.Cache.Set(member, value);
        return value;
    }

    internal Value InvokeMethod(Value receiver, string name, Value[] arguments, bool isImplicit)
    {
        if (receiver is FunctionValue function && name is "apply") return Call(function, arguments);
        var @class = ClassOf(receiver);
        var method = @class.FindMethod(name) ?? throw FailMethod(@class, name, arguments.Length, isImplicit);
        return method.Invoke(this, receiver, arguments);
    }

    /// <summary>Calls a method that a lexical level defines and nothing can override.</summary>
    internal Value InvokeLexical(Frame level, MethodMember method, Value[] arguments)
    {
        if (method.Deprecation is not null) WarnDeprecated(level.Module, method);
        return Invoke(level.Module, method, level.This, level.Owner!, arguments, level.Owner!.Class.TypeVariables);
    }

    internal Value Invoke(
        ModuleInstance module, MethodMember method, Value receiver, ObjectValue owner, Value[] arguments, TypeVariables? classVariables)
    {
        Enter(module, method.Definition);
        if (arguments.Length != method.Parameters.Length)
            throw FailAt(module, method.Header, $"Expected {method.Parameters.Length} function arguments but got {arguments.Length}.");
        if (method.Body is null) throw FailAt(module, method.Header, $"Cannot invoke abstract method `{method.Name}`.");
        var variables = method.TypeParameters.IsEmpty ? classVariables : new TypeVariables(classVariables, method.TypeParameters);
        var frame = new Frame(module, owner.Enclosing, method.Level, receiver, owner, arguments);
        CheckParameters(frame, method.Parameters, arguments, variables);
        var result = method.Body.Evaluate(frame);
        if (method.ResultType is not null)
        {
            var type = module.TypeOf(method.ResultType, variables);
            if (!type.IsNoop) result = type.CheckOrThrow(frame, result);
        }
        Leave();
        return result;
    }

    /// <summary>Checks arguments against the parameters' types; a listing or mapping may be replaced.</summary>
    internal static void CheckParameters(Frame frame, ImmutableArray<Parameter> parameters, Value[] arguments, TypeVariables? variables)
    {
        for (var i = 0; i < parameters.Length; i++)
            if (parameters[i].Type is { } syntax && frame.Module.TypeOf(syntax, variables) is { IsNoop: false } type)
                arguments[i] = type.CheckOrThrow(frame, arguments[i]);
    }

    /// <summary>Checks the arguments of a library method that is not written in Pkl; an error's first frame is its declaration.</summary>
    internal static void CheckArguments(
        ModuleInstance module, MethodMember method, Value receiver, ObjectValue owner, Value[] arguments, TypeVariables? classVariables)
    {
        if (arguments.Length == 0) return;
        var variables = method.TypeParameters.IsEmpty ? classVariables : new TypeVariables(classVariables, method.TypeParameters);
        Frame? frame = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (method.Parameters[i].Type is not { } syntax || module.TypeOf(syntax, variables) is not { IsNoop: false } type) continue;
            frame ??= new Frame(module, owner.Enclosing, method.Level, receiver, owner, arguments);
            arguments[i] = type.CheckOrThrow(frame, arguments[i]);
        }
    }

    /// <summary>A property as the object's parent would have it, with the object itself as receiver; not checked against its type.</summary>
    internal Value ReadSuperProperty(Frame frame, string name, SourceSpan site)
    {
        At(frame.Module, site);
        for (var owner = frame.Owner!.Parent; owner is not null; owner = owner.Parent)
        {
            var at = owner.Members.Find(name);
            if (at >= 0) return ComputeUnchecked(frame.This, owner, name, owner.Members[at]);
        }
        return EmptyOf(Base.Dynamic);
    }

    /// <summary>An entry or element as the object's parent would have it, else what its <c>default</c> gives.</summary>
    internal Value ReadSuperEntry(Frame frame, Value key, SourceSpan site)
    {
        At(frame.Module, site);
        for (var owner = frame.Owner!.Parent; owner is not null; owner = owner.Parent)
        {
            var at = owner.Members.Find(key);
            if (at >= 0) return ComputeUnchecked(frame.This, owner, key, owner.Members[at]);
        }
        return ApplyDefault(frame.This, key);
    }

    private Value ComputeUnchecked(Value receiver, ObjectValue owner, object key, Member member) => member switch
    {
        SyntaxMember syntax => syntax.Compute(this, receiver, owner, key, null, checkType: false),
        GeneratedMember generated => generated.ComputeUnchecked(this, receiver, owner, key),
        _ => member.Compute(this, receiver, owner, key),
    };

    private Value ApplyDefault(Value receiver, Value key) =>
        ReadProperty(receiver, MemberNames.Default, isImplicit: false) is FunctionValue @default
            ? Call(@default, key)
            : throw Fail("Expected `default` to be a function.");

    /// <summary>What <c>name = new { }</c> amends: what the property would be without a value; null where nothing tells.</summary>
    internal Value? InferProperty(Frame definer, SyntaxMember member)
    {
        var owner = definer.Owner!;
        if (member.IsLocal)
            return member.Type is null ? EmptyOf(Base.Dynamic) : definer.Module.TypeOf(member.Type) is AnythingType ? EmptyOf(Base.Dynamic) : definer.Module.TypeOf(member.Type).Default(this);
        if (owner.Class.Kind == ClassKind.Dynamic) return EmptyOf(Base.Dynamic);
        if (owner.Class.Kind is ClassKind.Listing or ClassKind.Mapping) return TryRead(owner.Class.Prototype, member.Name!);
        if (owner.IsPrototype)
        {
            var type = owner.Class.FindProperty(member.Name!)?.Type;
            return type is null or AnythingType ? EmptyOf(Base.Dynamic) : type.Default(this);
        }
        var depth = CallDepth;
        try
        {
            return ReadUnchecked(owner.Class.Prototype, member.Name!);
        }
        catch (EvaluationException e) when (e.IsUndefinedValue)
        {
            Unwind(depth);
            return null;
        }
    }

    private Value? ReadUnchecked(ObjectValue receiver, string name)
    {
        if (receiver.Cache.TryGet(name, out var cached)) return cached;
        for (var owner = receiver; owner is not null; owner = owner.Parent)
        {
            var at = owner.Members.Find(name);
            if (at < 0) continue;
            var value = ComputeUnchecked(receiver, owner, name, owner.Members[at]);
            receiver.Cache.Set(name, value);
            return value;
        }
        return null;
    }

    /// <summary>What an element or entry <c>new { }</c> amends: what <c>default</c> gives for its key.</summary>
    internal Value InferElement(Frame definer) => ApplyDefault(definer.This, (Value)definer.Key!);

    /// <summary>What a method's result <c>new { }</c> amends: the default of its result type.</summary>
    internal Value? InferResult(Frame definer, MethodMember method)
    {
        if (method.ResultType is null) return EmptyOf(Base.Dynamic);
        var type = definer.Module.TypeOf(method.ResultType, definer.Owner!.Class.TypeVariables);
        return type is AnythingType ? EmptyOf(Base.Dynamic) : type.Default(this);
    }

    /// <summary>An instance that defines nothing itself: the prototype.</summary>
    internal static ObjectValue EmptyOf(ClassValue @class) => @class.Prototype;

    internal void CheckInstantiable(ClassValue @class, ModuleInstance module, SourceSpan site)
    {
        if (@class.IsInstantiable) return;
        At(module, site);
        if (@class.IsAbstract)
            throw Fail(
                $"Cannot instantiate abstract class `{@class.DisplayName}`.",
                "Abstract classes cannot be instantiated.\nInstead, instantiate a concrete subclass.");
        throw Fail(
            $"Cannot instantiate, or amend an instance of, external class `{@class.DisplayName}`.",
            "To create an instance of an external class, use its literal syntax or constructor method.\nExamples:\n"
            + "* `123` uses literal syntax to create an instance of class `Int`.\n"
            + "* `Pair(1, 2)` uses the `Pair()` constructor method to create an instance of class `Pair`.");
    }

    /// <summary>The class of a value.</summary>
    public ClassValue ClassOf(Value value) => value switch
    {
        ObjectValue @object => @object.Class,
        StringValue => Base.String,
        IntValue => Base.Int,
        BooleanValue => Base.Boolean,
        FloatValue => Base.Float,
        NullValue => Base.Null,
        ListValue => Base.List,
        SetValue => Base.Set,
        MapValue => Base.Map,
        DurationValue => Base.Duration,
        DataSizeValue => Base.DataSize,
        PairValue => Base.Pair,
        IntSeqValue => Base.IntSeq,
        BytesValue => Base.Bytes,
        RegexValue => Base.Find("Regex"),
        FunctionValue function => Base.FunctionOf(function.ParameterCount),
        ClassValue => Base.Class,
        TypeAliasValue => Base.TypeAlias,
        _ => throw new InvalidOperationException($"A value of type {value.GetType().Name} has no class."),
    };

    /// <summary>What interpolation makes of a value.</summary>
    internal StringValue ToText(Value value) => value switch
    {
        StringValue text => text,
        IntValue number => new StringValue(number.ToString()) { FromEnvironment = value.FromEnvironment },
        _ => InvokeMethod(value, MemberNames.ToText, [], isImplicit: false) is var text && text is StringValue result ? result : throw FailType(text, Base.String),
    };
}
