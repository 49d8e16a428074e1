using System.Collections.Immutable;
using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>Makes the object that amends another with a body.</summary>
internal static class Amendment
{
    /// <param name="frame">Where the body stands.</param>
    /// <param name="parent">What it amends: an object, a function that gives one, or null (its default).</param>
    /// <param name="body">The members.</param>
    /// <param name="parameters">The body's parameters; only a function has use for them.</param>
    /// <param name="site">What an error about the parent points at.</param>
    /// <param name="literal">Parent and body together: where an amended function calls the one that it amends.</param>
    public static Value Apply(Frame frame, Value parent, ObjectBody body, ImmutableArray<Parameter> parameters, SourceSpan site, SourceSpan literal)
    {
        var evaluator = frame.Evaluator;
        switch (parent)
        {
            case ObjectValue @object:
                return Amend(frame, @object, body, parameters, site);
            case NullValue @null:
                return Apply(frame, @null.Amendable ?? Evaluator.EmptyOf(evaluator.Base.Dynamic), body, parameters, site, literal);
            case FunctionValue function:
                if (!parameters.IsEmpty && parameters.Length != function.ParameterCount)
                    throw evaluator.FailAt(frame.Module, site, $"Expected a function with {parameters.Length} parameters, but got {function.ParameterCount}.");
                return new AmendedFunction(function, frame, body, parameters, null, site, literal);
            default:
                var @class = evaluator.ClassOf(parent);
                evaluator.CheckInstantiable(@class, frame.Module, site);
                throw evaluator.FailAt(frame.Module, site, $"Cannot instantiate type `{@class.DisplayName}`.");
        }
    }

    private static ObjectValue Amend(Frame frame, ObjectValue parent, ObjectBody body, ImmutableArray<Parameter> parameters, SourceSpan site)
    {
        var evaluator = frame.Evaluator;
        var layout = body.Layout;
        if (layout.IsEmpty && parameters.IsEmpty) return parent;
        if (!parameters.IsEmpty)
        {
            var kind = parent.IsListing ? "a `Listing`" : parent.IsMapping ? "a `Mapping`" : "an object";
            throw evaluator.FailAt(frame.Module, parent.IsListing || parent.IsMapping || !layout.HasGenerators ? site : parameters[0].Span, $"Expected a function that returns {kind}, but got {kind}.");
        }
        evaluator.At(frame.Module, site);
        if (parent.Class.Kind == ClassKind.Typed) evaluator.CheckInstantiable(parent.Class, frame.Module, site);
        if (layout.StaticTable(parent.Length) is { } table)
        {
            MembersBuilder.CheckStatic(evaluator, frame, parent, layout);
            return new ObjectValue(parent.Class, parent, frame, table, parent.Length + layout.StaticElements);
        }
        var members = new MembersBuilder(evaluator, frame, parent, layout);
        foreach (var part in layout.Parts) part.Add(members, frame, null);
        return members.ToObject();
    }
}
