namespace Edge.Interop;

internal static partial class Tools
{
    /// <summary>Skips the test, by name, where it cannot run.</summary>
    public static void Require(params string[] programs)
    {
        Skip.Unless(Environment.IsPrivilegedProcess, "network namespaces and TUN devices take root");
        Skip.Unless(File.Exists("/dev/net/tun"), "there is no /dev/net/tun");
        var missing = programs.Append("ip").Where(program => Find(program) is null).ToList();
        Skip.When(missing.Count > 0, $"not installed: {string.Join(", ", missing)} (scripts/setup --interop)");
    }
}
