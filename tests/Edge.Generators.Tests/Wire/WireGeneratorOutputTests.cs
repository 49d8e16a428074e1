namespace Edge.Generators.Tests.Wire;

/// <summary>
/// Generated text against the files in Snapshots: NAME.input.txt is a declaration, NAME.output.txt what comes of it.
/// To accept a change, run the tests once with EDGE_UPDATE_SNAPSHOTS=1 in the environment and read the difference before committing it.
/// </summary>
public sealed class WireGeneratorOutputTests
{
    private static readonly string Snapshots = WireRun.PathOf("tests", "Edge.Generators.Tests", "Wire", "Snapshots");

    public static IEnumerable<string> Names() =>
        Directory.GetFiles(Snapshots, "*.input.txt").Select(path => Path.GetFileName(path)[..^".input.txt".Length]).Order(StringComparer.Ordinal);

    [Test]
    [MethodDataSource(nameof(Names))]
    public async Task The_text_is_that_of_the_snapshot(string name)
    {
        var input = await File.ReadAllTextAsync(Path.Combine(Snapshots, $"{name}.input.txt"));
        var text = WireRun.Text(input, name);
        var path = Path.Combine(Snapshots, $"{name}.output.txt");
        if (Environment.GetEnvironmentVariable("EDGE_UPDATE_SNAPSHOTS") == "1")
            await File.WriteAllTextAsync(path, text);
        await Assert.That(text).IsEqualTo(await File.ReadAllTextAsync(path));
    }

    [Test]
    [MethodDataSource(nameof(Names))]
    public async Task The_text_compiles_without_warnings(string name)
    {
        var input = await File.ReadAllTextAsync(Path.Combine(Snapshots, $"{name}.input.txt"));
        await Assert.That(WireRun.CompilerSays(WireRun.Compile(input))).IsEmpty();
    }

    [Test]
    public async Task All_that_the_executable_declares_compiles_without_warnings() =>
        await Assert.That(WireRun.CompilerSays(WireRun.CompileDeclarations())).IsEmpty();
}
