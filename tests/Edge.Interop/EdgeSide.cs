using System.Globalization;
using System.Text.Json;

namespace Edge.Interop;

/// <summary>`edge tun up` on one side of a lab.</summary>
internal sealed class EdgeSide : TunnelSide
{
    private readonly string _program;

    private EdgeSide(Side side, string program, RunningProgram process)
        : base(side)
    {
        _program = program;
        Process = process;
    }

    public RunningProgram Process { get; }

    public string RunDirectory => Path.Combine(Side.Lab.Folder, "run");

    public string InterfaceName => $"edge{Side.Number}";

    /// <param name="side">Where.</param>
    /// <param name="keys">Of both sides.</param>
    /// <param name="options">What it is configured with.</param>
    /// <param name="command">The executable, after whatever is to start it.</param>
    public static async Task<EdgeSide> Start(Side side, TunnelKeys keys, SideOptions options, params string[] command)
    {
        var name = $"edge{side.Number}";
        var file = Path.Combine(side.Lab.Folder, $"{name}.conf");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            [Interface]
            PrivateKey = {(side.Number == 1 ? keys.PrivateA : keys.PrivateB)}
            Address = {side.InnerAddress(true)}/24, {side.InnerAddress(false)}/64
            ListenPort = {Port}
            MTU = {options.Mtu}
            {options.Interface}

            {PeerSection(side, keys, options)}
            """));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var process = side.Start(["env", $"TS_STATE_DIR={side.Lab.Folder}/state", .. command, "tun", "up", "--config", file, "--run-dir", Path.Combine(side.Lab.Folder, "run"), .. options.Arguments]);
        var edge = new EdgeSide(side, command[^1], process);
        await process.Printed("is up");
        return edge;
    }

    public async Task<JsonElement> Status()
    {
        using var document = JsonDocument.Parse(await Tools.Run(_program, "tun", "status", "--json", "--name", InterfaceName, "--run-dir", RunDirectory));
        return document.RootElement.Clone();
    }

    public Task<string> Down() => Tools.Run(_program, "tun", "down", "--name", InterfaceName, "--run-dir", RunDirectory);

    public override async Task<long> LastHandshake()
    {
        var age = (await Status()).GetProperty("peers")[0].GetProperty("handshakeAgeSeconds");
        return age.ValueKind == JsonValueKind.Null ? 0 : DateTimeOffset.UtcNow.ToUnixTimeSeconds() - (long)age.GetDouble();
    }

    public override async Task<string> PeerEndpoint() => (await Status()).GetProperty("peers")[0].GetProperty("endpoint").GetString() ?? "";

    public long ResidentKiB() => Tools.ResidentKiB(Process.Id);
}
