using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>Type parameters in scope: those of the library's classes and methods stand for anything, a type alias's for its arguments.</summary>
internal sealed class TypeVariables(TypeVariables? outer, ImmutableArray<TypeParameter> parameters, ImmutableArray<RuntimeType> arguments = default)
{
    public bool TryFind(string name, out RuntimeType? argument)
    {
        for (var i = 0; i < parameters.Length; i++)
        {
            if (!ReferenceEquals(parameters[i].Name.Text, name)) continue;
            argument = arguments.IsDefaultOrEmpty ? null : arguments[i];
            return true;
        }
        argument = null;
        return outer is not null && outer.TryFind(name, out argument);
    }
}

/// <summary>Resolves the names in a type: the module's own types and imports, then <c>pkl:base</c>, then what the module extends or amends.</summary>
internal readonly struct TypeResolver(ModuleInstance module, TypeVariables? variables)
{
    private Evaluator Evaluator => module.Evaluator;

    private BaseModule Base => module.Evaluator.Base;

    public RuntimeType Resolve(TypeSyntax syntax)
    {
        switch (syntax)
        {
            case UnknownType:
                return new AnythingType(module, syntax);
            case NothingType:
                return new NothingRuntimeType(module, syntax);
            case ModuleType:
                return new SelfModuleType(module, syntax);
            case StringLiteralType literal:
                return new StringLiteralRuntimeType(module, syntax, literal.Value);
            case ParenthesizedType parenthesized:
                return Resolve(parenthesized.Inner);
            case NullableType nullable:
                return new NullableRuntimeType(module, syntax, Resolve(nullable.Inner));
            case ConstrainedType constrained:
                return new ConstrainedRuntimeType(module, syntax, Resolve(constrained.Inner), constrained.Constraints);
            case FunctionType function:
                foreach (var parameter in function.Parameters) Resolve(parameter);
                Resolve(function.Result);
                return new FunctionRuntimeType(module, syntax, Base.FunctionOf(function.Parameters.Length));
            case UnionType union:
                return ResolveUnion(union);
            default:
                return ResolveDeclared((DeclaredType)syntax);
        }
    }

    private RuntimeType ResolveUnion(UnionType union)
    {
        var literals = ImmutableArray.CreateBuilder<string>(union.Alternatives.Length);
        foreach (var alternative in union.Alternatives)
            if (alternative is StringLiteralType literal)
                literals.Add(literal.Value);
        if (literals.Count == union.Alternatives.Length)
            return new StringUnionType(module, union, literals.MoveToImmutable(), union.DefaultIndex);
        var alternatives = new RuntimeType[union.Alternatives.Length];
        for (var i = 0; i < alternatives.Length; i++) alternatives[i] = Resolve(union.Alternatives[i]);
        return new UnionRuntimeType(module, union, alternatives, union.DefaultIndex);
    }

    private RuntimeType ResolveDeclared(DeclaredType syntax)
    {
        if (syntax.Name.Parts.Length == 1 && variables is not null && variables.TryFind(syntax.Name.Parts[0].Text, out var argument))
            return argument ?? new AnythingType(module, syntax);
        Evaluator.At(module, syntax.Name.Span);
        var found = Find(syntax.Name);
        if (found is TypeAliasValue alias) return ResolveAlias(syntax, alias);
        if (found is ObjectValue moduleObject)
        {
            if (!moduleObject.IsPrototype)
                throw Evaluator.FailAt(module, syntax.Span, $"Module `{moduleObject.Class.Module.Name}` cannot be extended or used as type because it amends another module.");
            found = moduleObject.Class;
        }
        var @class = (ClassValue)found;
        return syntax.Arguments.IsEmpty ? new ClassType(module, syntax, @class) : ResolveParameterized(syntax, @class);
    }

    private RuntimeType ResolveParameterized(DeclaredType syntax, ClassValue @class)
    {
        var parameters = @class.Syntax?.TypeParameters.Length ?? 0;
        if (parameters == 0)
            throw Evaluator.FailAt(module, syntax.Arguments[0].Span, $"Class `{@class.DisplayName}` does not have type parameters.");
        if (parameters != syntax.Arguments.Length)
            throw Evaluator.FailAt(module, syntax.Span, $"Expected {parameters} type argument(s) but got {syntax.Arguments.Length}.");
        var arguments = new RuntimeType[syntax.Arguments.Length];
        for (var i = 0; i < arguments.Length; i++) arguments[i] = Resolve(syntax.Arguments[i]);
        if (ReferenceEquals(@class, Base.List) || ReferenceEquals(@class, Base.Set) || ReferenceEquals(@class, Base.Collection))
            return new CollectionType(module, syntax, @class, arguments[0]);
        if (ReferenceEquals(@class, Base.Map)) return new MapType(module, syntax, arguments[0], arguments[1]);
        if (ReferenceEquals(@class, Base.Listing)) return new ListingType(module, syntax, @class, null, arguments[0]);
        if (ReferenceEquals(@class, Base.Mapping)) return new ListingType(module, syntax, @class, arguments[0], arguments[1]);
        if (ReferenceEquals(@class, Base.Pair)) return new PairType(module, syntax, arguments[0], arguments[1]);
        return @class.IsSubclassOf(Base.Function)
            ? new FunctionRuntimeType(module, syntax, @class)
            : new ClassType(module, syntax, @class);
    }

    private RuntimeType ResolveAlias(DeclaredType syntax, TypeAliasValue alias)
    {
        if (alias.Module.IsBase && IntRange(alias.SimpleName) is var (min, max)) return new IntRangeType(module, syntax, alias, min, max);
        var parameters = alias.Syntax.TypeParameters;
        if (!syntax.Arguments.IsEmpty && syntax.Arguments.Length != parameters.Length)
            throw Evaluator.FailAt(module, syntax.Span, $"Expected {parameters.Length} type argument(s) but got {syntax.Arguments.Length}.");
        var arguments = ImmutableArray.CreateBuilder<RuntimeType>(syntax.Arguments.Length);
        foreach (var written in syntax.Arguments) arguments.Add(Resolve(written));
        var resolved = arguments.MoveToImmutable();
        return new AliasType(module, syntax, alias, alias.Resolve(Evaluator, module, syntax, resolved), resolved);
    }

    private static (long Min, long Max)? IntRange(string alias) => alias switch
    {
        "Int8" => (sbyte.MinValue, sbyte.MaxValue),
        "Int16" => (short.MinValue, short.MaxValue),
        "Int32" => (int.MinValue, int.MaxValue),
        "UInt8" => (0, byte.MaxValue),
        "UInt16" => (0, ushort.MaxValue),
        "UInt32" => (0, uint.MaxValue),
        "UInt" => (0, long.MaxValue),
        _ => null,
    };

    /// <summary>A class, a type alias, or a module's object.</summary>
    private Value Find(QualifiedIdentifier name)
    {
        var first = name.Parts[0].Text;
        if (name.Parts.Length == 1) return FindSimple(name.Parts[0]);
        var imported = FindImport(module, name.Parts[0])
            ?? throw Evaluator.FailAt(
                module, name.Parts[0].Span,
                module.Syntax.Level.Names!.Find(first, out _) is not { IsLocal: true } ? $"Cannot find module import `{first}`." : $"Expected `{first}` to be a module import, but it is not.");
        var typeName = name.Parts[1].Text;
        for (var m = imported; m is not null; m = m.Parent)
            if (m.FindType(typeName) is { } found && !IsLocal(found))
                return found;
        throw Evaluator.FailAt(module, name.Span, $"Cannot find type `{typeName}` in module `{imported.Name}`.");
    }

    private Value FindSimple(Identifier name)
    {
        if (module.FindType(name.Text) is { } own) return own;
        if (FindImport(module, name) is { } import) return import.Self;
        if (module.Syntax.Level.Names!.Find(name.Text, out _) is not null)
            throw Evaluator.FailAt(module, name.Span, $"Expected `{name.Text}` to be a type, but it is not.");
        if (Base.Module.FindType(name.Text) is { } library) return library;
        for (var m = module.Parent; m is not null; m = m.Parent)
            if (m.FindType(name.Text) is { } inherited && !IsLocal(inherited))
                return inherited;
        throw Evaluator.FailAt(
            module, name.Span, $"Cannot find type `{name.Text}`.",
            $"Searched in the following places:\n* Module `{module.Name}` and any supermodules\n* Module `pkl#base`");
    }

    private static ModuleInstance? FindImport(ModuleInstance module, Identifier name) => module.FindImport(name.Text);

    private static bool IsLocal(Value type) => type switch
    {
        ClassValue @class => (@class.Modifiers & Modifiers.Local) != 0,
        TypeAliasValue alias => (alias.Syntax.Modifiers & Modifiers.Local) != 0,
        _ => false,
    };
}
