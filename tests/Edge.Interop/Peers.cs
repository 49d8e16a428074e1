namespace Edge.Interop;

/// <summary>Programs of others that no package brings: <c>PEERS</c> names the folder that has them.</summary>
internal static class Peers
{
    /// <summary>Skips the test, by name, where the program is not at hand.</summary>
    public static string Program(string name)
    {
        var peers = Environment.GetEnvironmentVariable("PEERS") ?? "";
        Skip.Unless(peers.Length > 0, $"PEERS names no folder with {name}");
        var path = Path.Combine(peers, name);
        Skip.Unless(File.Exists(path), $"{path} is not there");
        return path;
    }
}
