using System.Reflection;

namespace Edge.Fuzz;

/// <summary>Where the checkout lies, whose test data are the inputs to start from.</summary>
internal static class Checkout
{
    public static string Root { get; } = typeof(Checkout).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot").Value!;
}
