using System.Diagnostics.CodeAnalysis;
using Edge.Config.Syntax;

namespace Edge.Config.Library;

// The other part is made by Edge.Generators from the modules that Edge.csproj marks with PklModule.
internal static partial class PrebuiltModules
{
    /// <summary>Those of the standard library, for messages.</summary>
    public static IReadOnlyList<string> Names => [.. Uris.Where(static uri => uri.StartsWith("pkl:", StringComparison.Ordinal))];

    /// <summary>The configuration schema; <c>elide:serve/ElideServer.pkl</c> is another name of it.</summary>
    public const string SchemaUri = "edge:serve/EdgeServer.pkl";

    /// <summary>The URI under which a module is known, where a URI is another name of it.</summary>
    public static string Canonical(string uri) => uri == "elide:serve/ElideServer.pkl" ? SchemaUri : uri;

    public static bool TryGet(string uri, [NotNullWhen(true)] out SourceText? source, [NotNullWhen(true)] out ModuleSyntax? syntax)
    {
        var module = Find(uri);
        source = module?.Source;
        syntax = module?.Syntax;
        return module is not null;
    }
}
