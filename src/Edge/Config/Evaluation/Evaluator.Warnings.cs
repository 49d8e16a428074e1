using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

// What is said on the side: traces, and calls of deprecated methods.
internal sealed partial class Evaluator
{
    private HashSet<(SourceText, SourceSpan, MethodMember)>? _warned;

    /// <summary>Prints what <c>trace()</c> was given.</summary>
    internal void Trace(ModuleInstance module, SourceSpan span, Value value)
    {
        Force(value);
        Options.Trace($"pkl: TRACE: {module.Source.TextOf(span)} = {Library.ValueText.Shown(this, value, 1_000_000)} ({module.Source.Uri})");
    }

    /// <summary>Warns of the running call, once for each place.</summary>
    internal void WarnDeprecated(ModuleInstance module, MethodMember method)
    {
        if (module.IsLibrary || _depth == 0 || _calls[_depth - 1].SiteSource is not { } source) return;
        if (!(_warned ??= []).Add((source, _calls[_depth - 1].Site, method))) return;
        var annotation = method.Deprecation!;
        var message = annotation.Body?.Amend(module.Frame, Base.Find("Deprecated").Prototype, annotation.Span, annotation.Span) is ObjectValue details
            && TryRead(details, Names.Intern("message")) is StringValue { FromEnvironment: false } text ? ": " + text.Value : "";
        Options.Trace($"pkl: WARN: Method `{module.NameOf(method.Definition)}` is deprecated{message} ({source.Uri})");
    }
}
