namespace Edge.Interop;

/// <summary>A stock tailscaled on one side of a lab, without a TUN device, and the command that asks it.</summary>
internal sealed class StockNode
{
    private readonly Side _side;
    private readonly string _tailscale;
    private readonly string _folder;

    private StockNode(Side side, string tailscale, string folder) => (_side, _tailscale, _folder) = (side, tailscale, folder);

    private string Socket => $"--socket={_folder}/s.sock";

    /// <summary>Starts the daemon; it has joined nothing yet.</summary>
    /// <param name="side">Where.</param>
    /// <param name="isRelayed">It never takes a direct path.</param>
    public static async Task<StockNode> Start(Side side, bool isRelayed)
    {
        var (tailscaled, tailscale) = (Peers.Program("tailscaled"), Peers.Program("tailscale"));
        var node = new StockNode(side, tailscale, Directory.CreateDirectory(Path.Combine(side.Lab.Folder, $"stock-{side.Name}")).FullName);
        string[] environment = ["TS_NO_LOGS_NO_SUPPORT=true", "TS_DISABLE_PORTMAPPER=1"];
        side.Start(["env", .. environment, .. isRelayed ? ["TS_DEBUG_ALWAYS_USE_DERP=1"] : Array.Empty<string>(), tailscaled,
            "--tun=userspace-networking", "--state=mem:", $"--statedir={node._folder}", node.Socket, "--no-logs-no-support"]);
        await Tools.Until(() => Task.FromResult(File.Exists($"{node._folder}/s.sock")), "tailscaled's socket");
        return node;
    }

    public Task<string> Run(params string[] command) => _side.Run([_tailscale, Socket, .. command]);

    public Task<(int ExitCode, string Output, string Error)> Try(params string[] command) => _side.Try([_tailscale, Socket, .. command]);

    /// <summary>The command in the background, for one that waits for a person.</summary>
    public RunningProgram Begin(params string[] command) => _side.Start([_tailscale, Socket, .. command]);

    public static string[] Up(string server, params string[] more) => ["up", $"--login-server={server}", "--accept-dns=false", .. more];
}
