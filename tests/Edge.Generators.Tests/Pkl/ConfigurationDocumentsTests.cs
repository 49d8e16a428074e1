using System.Reflection;
using Edge.Generators.Pkl;

namespace Edge.Generators.Tests.Pkl;

/// <summary>
/// The reference and the JSON Schema in the repository say what the schema says. With <c>EDGE_WRITE_DOCS</c> in the environment,
/// which <c>scripts/docs</c> sets, they are written.
/// </summary>
public sealed class ConfigurationDocumentsTests
{
    private static readonly string Root = typeof(ConfigurationDocumentsTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    [Test]
    public async Task The_reference_is_up_to_date() =>
        await Compare(ConfigurationReference.Render(ReadSchema()), Path.Combine(Root, "docs", "configuration.md"));

    [Test]
    public async Task The_json_schema_is_up_to_date() =>
        await Compare(ConfigurationJsonSchema.Render(ReadSchema()), Path.Combine(Root, "schema", "EdgeServer.schema.json"));

    [Test]
    public async Task The_json_schema_is_json()
    {
        using var document = System.Text.Json.JsonDocument.Parse(ConfigurationJsonSchema.Render(ReadSchema()));
        var definitions = document.RootElement.GetProperty("$defs");
        foreach (var reference in References(document.RootElement))
            await Assert.That(definitions.TryGetProperty(reference["#/$defs/".Length..], out _)).IsTrue();
    }

    private static ConfigurationModel ReadSchema()
    {
        const string Path = "schema/EdgeServer.pkl";
        var schema = ConfigurationGenerator.Read(Path, File.ReadAllText(System.IO.Path.Combine(Root, Path)));
        return schema.Model ?? throw new InvalidOperationException(string.Join('\n', schema.Problems));
    }

    private static async Task Compare(string rendered, string path)
    {
        if (Environment.GetEnvironmentVariable("EDGE_WRITE_DOCS") is not null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, rendered);
        }
        await Assert.That(File.Exists(path) ? await File.ReadAllTextAsync(path) : "").IsEqualTo(rendered).Because("scripts/docs writes it anew");
    }

    private static IEnumerable<string> References(System.Text.Json.JsonElement element)
    {
        if (element.ValueKind == System.Text.Json.JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                if (property.NameEquals("$ref")) yield return property.Value.GetString()!;
                foreach (var reference in References(property.Value)) yield return reference;
            }
        }
        else if (element.ValueKind == System.Text.Json.JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                foreach (var reference in References(item))
                    yield return reference;
        }
    }
}
