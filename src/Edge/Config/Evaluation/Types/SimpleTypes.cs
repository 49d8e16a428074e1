using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// The types without type arguments on one page.

/// <summary><c>unknown</c>, and a type parameter of the library, which is not checked.</summary>
internal sealed class AnythingType(ModuleInstance module, TypeSyntax syntax) : RuntimeType(module, syntax)
{
    public override bool IsNoop => true;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch) => value;

    public override bool IsEquivalentTo(RuntimeType other) => other is AnythingType;
}

/// <summary><c>nothing</c></summary>
internal sealed class NothingRuntimeType(ModuleInstance module, TypeSyntax syntax) : RuntimeType(module, syntax)
{
    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch)
    {
        mismatch = new NothingMismatch(this, value);
        return null;
    }

    public override bool IsEquivalentTo(RuntimeType other) => other is NothingRuntimeType;
}

/// <summary>A class, without or with type arguments that are not checked.</summary>
internal sealed class ClassType(ModuleInstance module, TypeSyntax syntax, ClassValue @class) : RuntimeType(module, syntax)
{
    public override ClassValue Class => @class;

    public override bool IsNoop => ReferenceEquals(@class, @class.Evaluator.Base.Any);

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch) =>
        frame.Evaluator.ClassOf(value).IsSubclassOf(@class) ? value : Mismatch(value, @class, ref mismatch);

    public override Value? Default(Evaluator evaluator) => DefaultOf(evaluator, @class);

    public static Value? DefaultOf(Evaluator evaluator, ClassValue @class)
    {
        if (@class.IsInstantiable) return Evaluator.EmptyOf(@class);
        var known = evaluator.Base;
        if (!@class.Module.IsBase) return null;
        if (ReferenceEquals(@class, known.List) || ReferenceEquals(@class, known.Collection)) return ListValue.Empty;
        if (ReferenceEquals(@class, known.Set)) return SetValue.Empty;
        if (ReferenceEquals(@class, known.Map)) return MapValue.Empty;
        if (ReferenceEquals(@class, known.Null)) return NullValue.Instance;
        return null;
    }

    public override bool IsEquivalentTo(RuntimeType other) => other is ClassType type && ReferenceEquals(@class, type.Class);
}

/// <summary><c>module</c>: the class of the module that the running code belongs to, which may amend the one that says it.</summary>
internal sealed class SelfModuleType(ModuleInstance module, TypeSyntax syntax) : RuntimeType(module, syntax)
{
    public override ClassValue Class => Module.Class;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch)
    {
        var expected = frame.ModuleObject.Class;
        return value is ObjectValue @object && @object.Class.IsSubclassOf(expected) ? value : Mismatch(value, expected, ref mismatch);
    }

    public override bool IsEquivalentTo(RuntimeType other) => other is SelfModuleType type && ReferenceEquals(Class, type.Class);
}

/// <summary><c>"literal"</c></summary>
internal sealed class StringLiteralRuntimeType(ModuleInstance module, TypeSyntax syntax, string literal) : RuntimeType(module, syntax)
{
    public string Literal => literal;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch)
    {
        if (value is StringValue text && text.Value == literal) return value;
        mismatch = new LiteralMismatch(this, value, Library.StringText.Quote(literal), isUnion: false);
        return null;
    }

    public override Value Default(Evaluator evaluator) => new StringValue(literal);

    public override bool IsEquivalentTo(RuntimeType other) => other is StringLiteralRuntimeType type && type.Literal == literal;
}

/// <summary><c>"a"|*"b"|"c"</c></summary>
internal sealed class StringUnionType(ModuleInstance module, TypeSyntax syntax, ImmutableArray<string> literals, int defaultIndex) : RuntimeType(module, syntax)
{
    public ImmutableArray<string> Literals => literals;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch)
    {
        if (value is StringValue text && literals.Contains(text.Value)) return value;
        var distinct = new List<string>();
        foreach (var literal in literals)
            if (!distinct.Contains(Library.StringText.Quote(literal)))
                distinct.Add(Library.StringText.Quote(literal));
        mismatch = new LiteralMismatch(this, value, string.Join("|", distinct), isUnion: true);
        return null;
    }

    public override Value? Default(Evaluator evaluator) => defaultIndex < 0 ? null : new StringValue(literals[defaultIndex]);

    public override bool IsEquivalentTo(RuntimeType other) => other is StringUnionType type && type.Literals.SequenceEqual(literals);
}

/// <summary>The library's integer ranges, such as <c>UInt16</c>, whose constraint needs no evaluation.</summary>
internal sealed class IntRangeType(ModuleInstance module, TypeSyntax syntax, TypeAliasValue alias, long min, long max) : RuntimeType(module, syntax)
{
    public override ClassValue Class => alias.Module.Evaluator.Base.Int;

    public override SourceSpan Span => ((ConstrainedType)alias.Syntax.Type).Inner.Span;

    public override ModuleInstance SpanModule => alias.Module;

    public TypeAliasValue Alias => alias;

    public override Value? Check(Frame frame, Value value, bool eager, ref TypeMismatch? mismatch)
    {
        if (value is not IntValue number) return Mismatch(value, Class, ref mismatch);
        if (number.Value >= min && number.Value <= max) return value;
        mismatch = new ConstraintMismatch(this, value, alias.Module, ((ConstrainedType)alias.Syntax.Type).Constraints[0].Span);
        return null;
    }

    public override bool IsEquivalentTo(RuntimeType other) => other is IntRangeType type && ReferenceEquals(type.Alias, alias);
}
