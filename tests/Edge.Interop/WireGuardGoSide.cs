using System.Globalization;

namespace Edge.Interop;

/// <summary>Debian's wireguard-go on one side of a lab, configured by <c>wg</c>.</summary>
internal sealed class WireGuardGoSide : TunnelSide
{
    private WireGuardGoSide(Side side, RunningProgram process)
        : base(side) => Process = process;

    public RunningProgram Process { get; }

    // Its control socket is not in the namespace but in /var/run: the name has to be one of its own.
    public string InterfaceName => "w" + Side.Name;

    public static async Task<WireGuardGoSide> Start(Side side, TunnelKeys keys, SideOptions options, string? processors = null)
    {
        string[] pin = processors is null ? [] : ["taskset", "-c", processors];
        var name = "w" + side.Name;
        var process = side.Start([.. pin, "env", "LOG_LEVEL=error", "wireguard-go", "--foreground", name]);
        var go = new WireGuardGoSide(side, process);
        await Tools.Until(async () => process.IsRunning
            ? (await side.Try("wg", "show", go.InterfaceName)).ExitCode == 0
            : throw new InvalidOperationException($"wireguard-go ended:\n{process.Output}"), "wireguard-go");
        var file = Path.Combine(side.Lab.Folder, $"{go.InterfaceName}.conf");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            [Interface]
            PrivateKey = {(side.Number == 1 ? keys.PrivateA : keys.PrivateB)}
            ListenPort = {Port}

            {PeerSection(side, keys, options)}
            """));
        await side.Run("wg", "setconf", go.InterfaceName, file);
        // Up first: an IPv6 address of an interface that is down is taken up some time after it comes up.
        await side.Ip("link", "set", go.InterfaceName, "mtu", options.Mtu.ToString(CultureInfo.InvariantCulture), "up");
        await side.Ip("addr", "add", $"{side.InnerAddress(true)}/24", "dev", go.InterfaceName);
        await side.Ip("addr", "add", $"{side.InnerAddress(false)}/64", "dev", go.InterfaceName, "nodad");
        return go;
    }

    public override async Task<long> LastHandshake() =>
        long.Parse((await Side.Run("wg", "show", InterfaceName, "latest-handshakes")).Trim().Split('\t')[1], CultureInfo.InvariantCulture);

    public override async Task<string> PeerEndpoint() => (await Side.Run("wg", "show", InterfaceName, "endpoints")).Trim().Split('\t')[1];
}
