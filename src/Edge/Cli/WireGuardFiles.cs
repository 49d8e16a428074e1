using Edge.Config;
using Edge.Config.Diagnostics;
using Edge.Node.Networks;
using Edge.Node.WgQuick;

namespace Edge.Cli;

/// <summary>What configurations' `wireguard { configFile = ... }` name.</summary>
internal static class WireGuardFiles
{
    public static WireGuardFile Read(string path)
    {
        string text;
        try
        {
            text = QuickFile.Read(path, out _);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new WireGuardFile(null, File.Exists(path) ? e.Message : "there is no such file", []);
        }
        var shown = ShownPath(path);
        using var quick = QuickParser.Parse(text, out var errors, needsPrivateKey: false);
        return errors.Count == 0
            ? new WireGuardFile(WireGuardSettings.ToRecord(quick), null, [])
            : new WireGuardFile(null, null, [.. errors.Select(error => new ConfigurationError(shown, error.Line, 1, error.Message, Advice: error.Advice))]);
    }

    // As the user would name it from where the command runs.
    private static string ShownPath(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
