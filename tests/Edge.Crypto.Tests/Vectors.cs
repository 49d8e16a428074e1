using System.Reflection;
using System.Text.Json;

namespace Edge.Crypto.Tests;

/// <summary>The recorded and published vectors in tests/vectors, read where they lie.</summary>
internal static class Vectors
{
    private static readonly string s_root = typeof(Vectors).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot").Value!;

    /// <param name="path">Below tests/vectors.</param>
    public static JsonElement Read(string path)
    {
        using FileStream file = File.OpenRead(Path.Combine(s_root, "tests", "vectors", path));
        using var document = JsonDocument.Parse(file);
        return document.RootElement.Clone();
    }

    /// <summary>Each element of the document's array; there is at least one, so that a loop over them cannot pass by doing nothing.</summary>
    public static IReadOnlyList<JsonElement> All(string path)
    {
        JsonElement[] all = [.. Read(path).EnumerateArray()];
        return all.Length > 0 ? all : throw new InvalidDataException($"{path} is empty");
    }

    public static byte[] Hex(this JsonElement element, string name) => Convert.FromHexString(element.Text(name));

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static bool Flag(this JsonElement element, string name) => element.GetProperty(name).GetBoolean();

    public static int Number(this JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
