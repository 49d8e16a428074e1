using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>What a class extends, and whether it may.</summary>
internal static class Superclasses
{
    /// <summary>The superclass; <c>Typed</c> where none is written, null for <c>Any</c>.</summary>
    public static ClassValue? Of(ClassValue @class, ClassSyntax syntax)
    {
        var module = @class.Module;
        var evaluator = module.Evaluator;
        if (syntax.Superclass is null)
            return module.IsBase && @class.SimpleName == "Any" ? null : evaluator.Base.Typed;
        var type = module.TypeOf(syntax.Superclass, @class.TypeVariables);
        while (type is AliasType alias) type = alias.Aliased;
        if (type.Class is not { } superclass || type is not (ClassType or SelfModuleType or CollectionType or MapType or ListingType or PairType or FunctionRuntimeType))
            throw evaluator.FailAt(module, syntax.Superclass.Span, $"`{module.Source.TextOf(syntax.Superclass.Span)}` is not a valid supertype.");
        if (ReferenceEquals(superclass, @class))
            throw evaluator.FailAt(module, syntax.Superclass.Span, $"Class `{superclass.DisplayName}` cannot extend itself.");
        if (!superclass.IsOpen)
            throw evaluator.FailAt(
                module, syntax.Superclass.Span, $"Cannot extend non-open class `{superclass.DisplayName}`.",
                "By default, classes are closed for extension.\nTo make a class extensible, add an `open` modifier: `open class MyClass { ... }`");
        if (superclass.IsExternal && !module.IsLibrary)
            throw evaluator.FailAt(
                module, syntax.Superclass.Span, $"Cannot extend external class `{superclass.DisplayName}`.",
                "External classes can only be extended by standard library classes.");
        return superclass;
    }
}
