using System.Globalization;

namespace Edge.Interop;

/// <summary>`edge orb` in one side's namespace.</summary>
internal sealed class OrbSide
{
    private static int s_count;

    private OrbSide(RunningProgram process) => Process = process;

    public RunningProgram Process { get; }

    /// <param name="side">Where.</param>
    /// <param name="configuration">What follows the module's head. Relative paths start at the lab's folder.</param>
    /// <param name="command">The executable, after whatever is to start it.</param>
    public static async Task<OrbSide> Start(Side side, string configuration, params string[] command)
    {
        var number = Interlocked.Increment(ref s_count).ToString(CultureInfo.InvariantCulture);
        var file = Path.Combine(side.Lab.Folder, $"server{number}.pkl");
        await File.WriteAllTextAsync(file, configuration);
        var state = Path.Combine(side.Lab.Folder, $"state{number}");
        var orb = new OrbSide(side.Start(["env", $"TS_STATE_DIR={state}", .. command, "orb", "--config", file]));
        await orb.Process.Printed("listening on");
        if (configuration.Contains("wireguard", StringComparison.Ordinal))
            await orb.Process.Printed("is up");
        return orb;
    }

    /// <summary>A network of plain WireGuard with one peer, the other side.</summary>
    /// <param name="side">Whose.</param>
    /// <param name="keys">Of both sides.</param>
    /// <param name="name">Of the network.</param>
    /// <param name="port">Its UDP port.</param>
    /// <param name="otherPort">The peer's; null: it is to be heard of.</param>
    /// <param name="tunnel">What the `tunnel` block has.</param>
    public static string Network(Side side, TunnelKeys keys, string name = "vpn", int port = TunnelSide.Port, int? otherPort = TunnelSide.Port, string tunnel = "")
    {
        var other = side.Number == 1 ? side.Lab.B : side.Lab.A;
        var endpoint = otherPort is { } known ? string.Create(CultureInfo.InvariantCulture, $"endpoint = \"{other.Address(isV4: true)}:{known}\"") : "";
        return string.Create(CultureInfo.InvariantCulture, $$"""
            ["{{name}}"] {
              wireguard {
                privateKey = "{{(side.Number == 1 ? keys.PrivateA : keys.PrivateB)}}"
                addresses { "{{side.InnerAddress(true)}}/24"; "{{side.InnerAddress(false)}}/64" }
                listenPort = {{port}}
                peers { new {
                  publicKey = "{{(side.Number == 1 ? keys.PublicB : keys.PublicA)}}"
                  allowedIps { "{{other.InnerAddress(true)}}/32"; "{{other.InnerAddress(false)}}/128" }
                  {{endpoint}}
                } }
              }
              tunnel { {{tunnel}} }
            }
            """);
    }

    public long ResidentKiB() => Tools.ResidentKiB(Process.Id);
}
