using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Edge.Config.Syntax;

namespace Edge.Config.Library;

/// <summary>The modules that come with the language, by URI. They are parsed when they are first asked for and shared by all evaluations.</summary>
internal static class PrebuiltModules
{
    private static readonly ConcurrentDictionary<string, (SourceText Source, ModuleSyntax Syntax)> Loaded = [];

    public static IReadOnlyList<string> Names { get; } = ["pkl:base", "pkl:math", "pkl:platform", "pkl:semver", "pkl:test"];

    /// <summary>The configuration schema; <c>elide:serve/ElideServer.pkl</c> is another name of it.</summary>
    public const string SchemaUri = "edge:serve/EdgeServer.pkl";

    /// <summary>The URI under which a module is known, where a URI is another name of it.</summary>
    public static string Canonical(string uri) => uri == "elide:serve/ElideServer.pkl" ? SchemaUri : uri;

    public static bool TryGet(string uri, [NotNullWhen(true)] out SourceText? source, [NotNullWhen(true)] out ModuleSyntax? syntax)
    {
        source = null;
        syntax = null;
        if (uri != SchemaUri && !Names.Contains(uri)) return false;
        (source, syntax) = Loaded.GetOrAdd(uri, Load);
        return true;
    }

    private static (SourceText Source, ModuleSyntax Syntax) Load(string uri)
    {
        var name = uri == SchemaUri ? "EdgeServer.pkl" : uri["pkl:".Length..] + ".pkl";
        using var stream = typeof(PrebuiltModules).Assembly.GetManifestResourceStream(name)!;
        var text = new byte[stream.Length];
        stream.ReadExactly(text);
        var source = new SourceText(uri, uri, text);
        return (source, Parser.Parse(source));
    }
}
