using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Edge.Generators.Wire;

/// <summary>A place in a file by value: a Roslyn location would keep its whole syntax tree alive in the generator's cache.</summary>
internal sealed record Place(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static Place Of(Location location)
    {
        var lines = location.GetLineSpan();
        return new Place(lines.Path, location.SourceSpan, lines.Span);
    }
}

/// <summary>A diagnostic to be: identifier, place and the words for its message.</summary>
internal sealed record Fault(string Id, Place Place, EquatableArray<string> Words)
{
    public static Fault At(Location location, DiagnosticDescriptor rule, params string[] words) =>
        new(rule.Id, Place.Of(location), new EquatableArray<string>(words));

    public Diagnostic ToDiagnostic()
    {
        var rule = Array.Find(WireRules.All, r => r.Id == Id);
        return Diagnostic.Create(rule, Location.Create(Place.Path, Place.Span, Place.Lines), [.. Words]);
    }
}
