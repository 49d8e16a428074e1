using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Edge.Generators.Tests.Layers;

/// <summary>The repository's own layers.txt, and the frameworks and packages whose APIs it names.</summary>
internal static class HouseRules
{
    private static readonly Lazy<CSharpCompilation> Frameworks = new(static () => CSharpCompilation.Create(
        "names",
        references: Assemblies().Select(static path => MetadataReference.CreateFromFile(path))));

    public static string PathOf(params string[] parts) => Path.Combine([Root(), .. parts]);

    public static string Text() => File.ReadAllText(PathOf("layers.txt"));

    /// <summary>Whether an entry of a ban names a namespace, a type, a member or a constructor.</summary>
    public static bool Names(string entry)
    {
        var words = entry.Split(' ');
        IEnumerable<ISymbol> found = [Frameworks.Value.GlobalNamespace];
        foreach (var name in words[^1].Split('.'))
            found = found.OfType<INamespaceOrTypeSymbol>().SelectMany(symbol => symbol.GetMembers(name)).ToArray();
        return words[0] == "new" ? found.OfType<INamedTypeSymbol>().Any(type => type.Constructors.Length > 0) : found.Any();
    }

    private static IEnumerable<string> Assemblies()
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var aspNetCore = Path.Combine(runtime, "..", "..", "Microsoft.AspNetCore.App", Path.GetFileName(runtime));
        return ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Concat(Directory.Exists(aspNetCore) ? Directory.EnumerateFiles(aspNetCore, "Microsoft.*.dll") : [])
            .DistinctBy(Path.GetFileName);
    }

    private static string Root() => typeof(HouseRules).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot").Value!;
}
