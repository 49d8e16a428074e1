using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>
/// What Pkl evaluates and rejects when a class or module comes to life: annotations, the types of its members (a misspelt one is found
/// although nothing reads the property), and whether it may override what it inherits. The prebuilt modules are not checked.
/// </summary>
internal static class Declarations
{
    public static void Check(ClassValue @class)
    {
        Evaluate(@class.Module, @class.Module.Frame, @class.Syntax!.Annotations);
        CheckMembers(@class, @class.Syntax.Members, @class.TypeVariables);
    }

    public static void Check(ModuleInstance module)
    {
        if (module.IsAmending)
        {
            foreach (var (name, member, _) in module.Syntax.Level.Names!.Members)
                if (!member.IsLocal)
                    MembersBuilder.CheckProperty(module.Evaluator, module.Frame, module.Self, name, member, isGenerated: false);
            Evaluate(module, module.Frame, module.Syntax.Declaration!.Annotations);
            return;
        }
        if (module.Syntax.Declaration is { } declaration) Evaluate(module, module.Frame, declaration.Annotations);
        CheckMembers(module.Class, module.Syntax.Members, null);
    }

    private static void CheckMembers(ClassValue @class, ImmutableArray<ModuleMember> members, TypeVariables? variables)
    {
        var module = @class.Module;
        foreach (var member in members)
        {
            if (member is not PropertySyntax property) continue;
            Evaluate(module, module.Frame, property.Annotations);
            if (property.Type is not null) module.TypeOf(property.Type, variables);
            if ((property.Modifiers & Modifiers.Local) == 0) CheckOverride(@class, property);
        }
        foreach (var member in members)
        {
            if (member is not MethodSyntax method) continue;
            Evaluate(module, module.Frame, method.Annotations);
            foreach (var parameter in method.Parameters)
                if (parameter.Type is not null)
                    module.TypeOf(parameter.Type, variables);
            if (method.ResultType is not null) module.TypeOf(method.ResultType, variables);
        }
    }

    private static void CheckOverride(ClassValue @class, PropertySyntax property)
    {
        if (@class.Superclass?.FindProperty(property.Name.Text) is not { } inherited) return;
        CheckSame(@class, property, inherited, Modifiers.Fixed, "fixed");
        CheckSame(@class, property, inherited, Modifiers.Const, "const");
    }

    private static void CheckSame(ClassValue @class, PropertySyntax property, ClassProperty inherited, Modifiers modifier, string name)
    {
        var isHere = (property.Modifiers & modifier) != 0;
        if (isHere == ((inherited.Modifiers & modifier) != 0)) return;
        var (module, parent) = (@class.Module, @class.Superclass!.QualifiedName);
        if (!isHere)
            throw module.Evaluator.FailAt(
                module, property.Header, $"Missing modifier `{name}`.",
                $"Property `{property.Name.Text}` must be declared {name}, because it overrides a {name} property on parent class `{parent}`.");
        var at = module.Source.TextOf(property.Header).IndexOf(name, StringComparison.Ordinal);
        throw module.Evaluator.FailAt(
            module, new SourceSpan(property.Header.Start + at, name.Length), $"Modifier `{name}` cannot be applied to property `{property.Name.Text}`.",
            $"Property `{property.Name.Text}` cannot be declared {name}, because it overrides a non-{name} property on parent class `{parent}`.");
    }

    // The objects are made, so that a misspelt property is found; their values are not computed.
    private static void Evaluate(ModuleInstance module, Frame frame, ImmutableArray<Annotation> annotations)
    {
        foreach (var annotation in annotations)
        {
            var evaluator = module.Evaluator;
            var type = module.TypeOf(annotation.Type);
            if (type.Class is not { } @class || !@class.IsSubclassOf(evaluator.Base.Annotation))
                throw evaluator.FailAt(module, annotation.Type.Span, "Expected an annotation class.");
            evaluator.CheckInstantiable(@class, module, annotation.Type.Span);
            annotation.Body?.Amend(frame, @class.Prototype, annotation.Type.Span, annotation.Span);
        }
    }
}
