namespace Edge.Tests.Io.Control;

/// <summary>Skips the tests where there is no <c>headscale</c> in the folder that PEERS names.</summary>
internal sealed class RequiresHeadscaleAttribute() : SkipAttribute("there is no headscale: PEERS names a folder that has one")
{
    /// <summary>The program; null: there is none.</summary>
    public static string? Program { get; } = Find();

    public override Task<bool> ShouldSkip(TestRegisteredContext context) => Task.FromResult(Program is null);

    private static string? Find() =>
        Environment.GetEnvironmentVariable("PEERS") is { Length: > 0 } folder && Path.Combine(folder, "headscale") is var program && File.Exists(program) ? program : null;
}
