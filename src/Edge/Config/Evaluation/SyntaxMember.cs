using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>A member as the source defines it. A fact of the syntax, shared by all evaluations.</summary>
internal sealed class SyntaxMember : Member
{
    private ExternalMember? _external;

    private SyntaxMember(
        SyntaxNode definition, MemberKind kind, Modifiers modifiers, string? name, TypeSyntax? type, Expression? value,
        ImmutableArray<ObjectBody> bodies, LexicalLevel level, SourceSpan nameSpan)
    {
        Definition = definition;
        Kind = kind;
        Modifiers = modifiers;
        Name = name;
        Type = type;
        Value = value;
        Bodies = bodies;
        Level = level;
        NameSpan = nameSpan;
        NewExpression.Infer(value, kind == MemberKind.Property ? InferenceKind.Property : InferenceKind.Element, this);
    }

    public SyntaxMember(ObjectProperty syntax, LexicalLevel level)
        : this(syntax, MemberKind.Property, syntax.Modifiers, syntax.Name.Text, syntax.Type, syntax.Value, syntax.Bodies, level, syntax.Name.Span)
    {
    }

    public SyntaxMember(PropertySyntax syntax, LexicalLevel level)
        : this(syntax, MemberKind.Property, syntax.Modifiers, syntax.Name.Text, syntax.Type, syntax.Value, syntax.Bodies, level, syntax.Name.Span)
    {
    }

    public SyntaxMember(ObjectElement syntax, LexicalLevel level)
        : this(syntax, MemberKind.Element, Modifiers.None, null, null, syntax.Value, default, level, syntax.Span)
    {
    }

    public SyntaxMember(ObjectEntry syntax, LexicalLevel level)
        : this(syntax, MemberKind.Entry, Modifiers.None, null, null, syntax.Value, syntax.Bodies, level, syntax.Span)
    {
    }

    public SyntaxMember(MemberPredicate syntax, LexicalLevel level)
        : this(syntax, MemberKind.Entry, Modifiers.None, null, null, syntax.Value, syntax.Bodies, level, syntax.Span)
    {
    }

    /// <summary>A class or type alias of a module.</summary>
    public SyntaxMember(ModuleMember type, LexicalLevel level)
        : this(type, MemberKind.Property, type.Modifiers & Modifiers.Local, type.Name.Text, null, null, default, level, type.Name.Span) => IsType = true;

    public SyntaxMember(ImportClause import, string name, LexicalLevel level)
        : this(import, MemberKind.Property, Modifiers.Local, name, null, null, default, level, import.Span) => Import = import;

    public SyntaxNode Definition { get; }

    public override MemberKind Kind { get; }

    public override Modifiers Modifiers { get; }

    public override bool IsType { get; }

    /// <summary>Types and imports are constants without saying so.</summary>
    public Modifiers ConstModifiers => IsType || Import is not null ? Modifiers.Const : Modifiers;

    public ImportClause? Import { get; }

    /// <summary>Null for elements and entries.</summary>
    public string? Name { get; }

    public TypeSyntax? Type { get; }

    public Expression? Value { get; }

    public ImmutableArray<ObjectBody> Bodies { get; }

    public bool HasBodies => !Bodies.IsDefaultOrEmpty;

    public LexicalLevel Level { get; }

    public SourceSpan NameSpan { get; }

    /// <summary>What an error in the value's type points at: the value, or the whole of <c>name { ... }</c>.</summary>
    public SourceSpan BodySpan => Value?.Span ?? (HasBodies ? Definition.Span : NameSpan);

    /// <summary>What an error about the definition points at: the name, the key, or an element itself.</summary>
    public SourceSpan HeaderSpan => Definition switch
    {
        ObjectEntry entry => entry.Key.Span,
        MemberPredicate predicate => predicate.Predicate.Span,
        ObjectProperty property => property.Name.Span,
        ModuleMember member => member.Header,
        _ => Definition.Span,
    };

    internal override Value Compute(Evaluator evaluator, Value receiver, ObjectValue owner, object key) =>
        Compute(evaluator, receiver, owner, key, null, checkType: true);

    /// <summary>Computes it with the variables of the <c>for</c>s that generated it; <c>super</c> leaves its result unchecked.</summary>
    internal Value Compute(Evaluator evaluator, Value receiver, ObjectValue owner, object key, Value[]? variables, bool checkType)
    {
        var enclosing = owner.Enclosing!;
        if (IsType) return enclosing.Module.TypeMember(this, receiver)!;
        if ((Modifiers & Modifiers.External) != 0) return ComputeExternal(evaluator, receiver, owner);
        var frame = new Frame(enclosing.Module, enclosing, Level, receiver, owner, variables, key);
        evaluator.Enter(enclosing.Module, Definition);
        var value = Value is not null ? Value.Evaluate(frame)
            : HasBodies ? AmendInherited(evaluator, frame, owner, key)
            : Import is not null ? enclosing.Module.Import(Import)
            : ComputeDefault(evaluator, frame);
        if (checkType) value = Check(evaluator, frame, value, receiver, owner);
        evaluator.Leave();
        return value;
    }

    private Value AmendInherited(Evaluator evaluator, Frame frame, ObjectValue owner, object key)
    {
        var value = Kind == MemberKind.Property
            ? evaluator.ReadSuperProperty(frame, Name!, NameSpan)
            : evaluator.ReadSuperEntry(frame, (Value)key, NameSpan);
        foreach (var body in Bodies) value = body.Amend(frame, value, NameSpan, Definition.Span);
        return value;
    }

    // A declaration without a value takes its type's default.
    private Value ComputeDefault(Evaluator evaluator, Frame frame)
    {
        if ((Modifiers & Modifiers.Abstract) != 0)
            throw evaluator.FailAt(frame.Module, NameSpan, $"Cannot invoke abstract property `{Name}`.");
        var type = IsLocal ? frame.Module.TypeOf(Type!) : frame.Owner!.Class.FindProperty(Name!)!.Type;
        if (type?.Default(evaluator) is { } value) return value;
        evaluator.At(frame.Module, NameSpan);
        throw evaluator.FailUndefined(frame.This, Name!);
    }

    private Value Check(Evaluator evaluator, Frame frame, Value value, Value receiver, ObjectValue owner)
    {
        if (IsLocal)
        {
            if (Type is null) return value;
            evaluator.At(frame.Module, BodySpan);
            return frame.Module.TypeOf(Type).CheckOrThrow(frame, value);
        }
        if (Kind != MemberKind.Property)
        {
            if (receiver is not ObjectValue { HasElementTypes: true } listing) return value;
            evaluator.At(frame.Module, BodySpan);
            return listing.CheckElement(evaluator, value, owner);
        }
        if (owner.Class.Kind == ClassKind.Dynamic) return value;
        var property = owner.Class.FindProperty(Name!);
        if (property?.Type is not { IsNoop: false } type) return value;
        evaluator.At(frame.Module, BodySpan);
        return property.Check(evaluator, type, value, receiver);
    }

    private Value ComputeExternal(Evaluator evaluator, Value receiver, ObjectValue owner)
    {
        _external ??= Library.ExternalMembers.Find(owner.Class.ExternalName, Name!)
            ?? throw evaluator.Fail($"The library property `{owner.Class.DisplayName}.{Name}` is not supported.");
        evaluator.Enter(owner.Enclosing!.Module, Definition);
        evaluator.AtNoPlace();
        var result = _external(evaluator, receiver, []);
        evaluator.Leave();
        return receiver.FromEnvironment ? result.MarkFromEnvironment() : result;
    }
}

/// <summary>A member that a <c>for</c> generated, with the values of its variables at that turn.</summary>
internal sealed class GeneratedMember(SyntaxMember member, Value[] variables) : Member
{
    public SyntaxMember Syntax => member;

    public override MemberKind Kind => member.Kind;

    public override Modifiers Modifiers => member.Modifiers;

    internal override Value Compute(Evaluator evaluator, Value receiver, ObjectValue owner, object key) =>
        member.Compute(evaluator, receiver, owner, key, variables, checkType: true);

    internal Value ComputeUnchecked(Evaluator evaluator, Value receiver, ObjectValue owner, object key) =>
        member.Compute(evaluator, receiver, owner, key, variables, checkType: false);
}
