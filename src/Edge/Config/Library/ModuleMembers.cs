using Edge.Config.Evaluation;
using static Edge.Config.Library.Arguments;

namespace Edge.Config.Library;

/// <summary><c>Module</c></summary>
internal static class ModuleMembers
{
    public static ExternalMember? Find(string member) => member switch
    {
        "relativePathTo" => RelativePathTo,
        _ => null,
    };

    // The folders that lead from this module's to the other's, which must lie below.
    private static Value RelativePathTo(Evaluator evaluator, Value self, ReadOnlySpan<Value> arguments)
    {
        var other = Evaluator.ModuleOf(Object(arguments[0]));
        if (!ReferenceEquals(other.Self, arguments[0])) throw evaluator.Fail("Expected a module as argument, but got an object that amends a module.");
        var from = Evaluator.ModuleOf(Object(self)).Source.Uri;
        var to = other.Source.Uri;
        var folder = from[..(from.LastIndexOf('/') + 1)];
        if (folder.Length == 0 || !to.StartsWith(folder, StringComparison.Ordinal))
            throw evaluator.Fail($"No descendent path exists between modules `{from}` and `{to}`.");
        var segments = Uri.UnescapeDataString(to[folder.Length..]).Split('/');
        return Of([.. segments[..^1].Select(segment => Of(segment))]);
    }
}
