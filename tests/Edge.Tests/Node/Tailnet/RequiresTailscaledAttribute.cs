namespace Edge.Tests.Node.Tailnet;

/// <summary>Skips the tests where there are no <c>tailscaled</c> and <c>tailscale</c> in the folder that PEERS names.</summary>
internal sealed class RequiresTailscaledAttribute() : SkipAttribute("there is no tailscaled: PEERS names a folder that has one")
{
    /// <summary>The programs' folder; null: there is none.</summary>
    public static string? Folder { get; } = Find();

    public override Task<bool> ShouldSkip(TestRegisteredContext context) => Task.FromResult(Folder is null);

    private static string? Find() =>
        Environment.GetEnvironmentVariable("PEERS") is { Length: > 0 } folder && File.Exists(Path.Combine(folder, "tailscaled")) && File.Exists(Path.Combine(folder, "tailscale")) ? folder : null;
}
