using Edge.Config.Syntax;

namespace Edge.Config.Evaluation;

/// <summary>The names that modules and imports have where none is written.</summary>
internal static class ModuleName
{
    /// <summary>The last part of a URI without its extension.</summary>
    public static string Infer(string uri)
    {
        if (uri.StartsWith("pkl:", StringComparison.Ordinal)) return "pkl." + uri["pkl:".Length..];
        var path = Uri.UnescapeDataString(uri);
        var name = path[(path.LastIndexOfAny(['/', ':']) + 1)..];
        var dot = name.LastIndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }

    /// <summary>The interned name under which an import clause makes its module visible.</summary>
    public static string OfImport(ImportClause import)
    {
        if (import.Alias is not null) return import.Alias.Text;
        var uri = import.Uri.Value;
        return Names.Intern(uri.StartsWith("pkl:", StringComparison.Ordinal) ? uri["pkl:".Length..] : Infer(uri));
    }
}
