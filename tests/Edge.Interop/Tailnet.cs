using System.Text.RegularExpressions;
using Edge.Tests.Image;

namespace Edge.Interop;

/// <summary>A tailnet in a lab: Headscale and derper on side A, nodes on both.</summary>
internal sealed partial class Tailnet
{
    private readonly Lab _lab;

    private Tailnet(Lab lab, string key) => (_lab, Key) = (lab, key);

    /// <summary>Lets nodes in.</summary>
    public string Key { get; }

    public string Url => $"http://{_lab.A.Address(isV4: true)}:8080";

    /// <param name="lab">Where.</param>
    /// <param name="isRelayed">Side B cannot send datagrams, so that all goes by the relay.</param>
    public static async Task<Tailnet> Start(Lab lab, bool isRelayed)
    {
        Tools.Require("curl", "python3");
        var (derper, hub) = (Tools.Peer("derper"), lab.A.Address(isV4: true));
        var folder = Directory.CreateDirectory(Path.Combine(lab.Folder, "derper")).FullName;
        var relay = lab.A.Start(derper, "-c", $"{folder}/key", "-hostname", hub, "-certmode", "manual", "-certdir", folder, "-a", $"{hub}:9443", "-http-port", "-1", "-stun-port", "3478");
        await relay.Printed("derper: serving on");
        if (isRelayed)
            await lab.B.ForbidUdp();
        return new Tailnet(lab, await HeadscaleSide.Start(lab.A, $"hostname: {hub}, ipv4: {hub}, ipv6: none, derpport: 9443, stunport: 3478, insecurefortests: true"));
    }

    /// <summary>`edge orb`, which serves the lab's folder below `/` and `hello from NAME`, and lets programs into the tailnet at port 1055.</summary>
    public async Task<RunningProgram> Serve(Side side, string name)
    {
        var file = Path.Combine(_lab.Folder, $"{name}.pkl");
        await File.WriteAllTextAsync(file, $$"""
            networks { ["lab"] {
              tailscale { direct = true; authKey = env("TS_AUTHKEY"); controlUrl = "{{Url}}"; hostname = "{{name}}"; stateDir = "{{_lab.Folder}}/{{name}}" }
              tunnel { socks5 = "127.0.0.1:1055" }
            } }
            servers { ["all"] {
              routes { new { match = "/hello.txt"; handler = new Respond { body = "hello from {{name}}" } } }
              handler = new StaticFiles { root = "." }
            } }
            """);
        var orb = side.Start("env", $"TS_AUTHKEY={Key}", $"TS_STATE_DIR={_lab.Folder}/{name}", Published.Plain(), "orb", "--config", file);
        await orb.Printed("the network lab is up");
        return orb;
    }

    /// <summary>Tailscale's own node, with a proxy into the tailnet, and a server of the lab's folder behind it at port 8000.</summary>
    public async Task<(string Tailscale, string Socket, string Proxy)> Stock(Side side)
    {
        var (tailscaled, tailscale) = (Tools.Peer("tailscaled"), Tools.Peer("tailscale"));
        var folder = Directory.CreateDirectory(Path.Combine(_lab.Folder, "stock")).FullName;
        var (socket, proxy) = ($"{folder}/s.sock", $"{side.Address(isV4: true)}:1056");
        side.Start("env", "TS_NO_LOGS_NO_SUPPORT=true", "TS_DISABLE_PORTMAPPER=1", tailscaled, "--tun=userspace-networking",
            $"--outbound-http-proxy-listen={proxy}", "--state=mem:", $"--statedir={folder}", $"--socket={socket}", "--no-logs-no-support");
        await Tools.Until(() => Task.FromResult(File.Exists(socket)), "tailscaled's socket");
        await side.Run(tailscale, $"--socket={socket}", "up", $"--login-server={Url}", $"--authkey={Key}", "--hostname=stock", "--accept-dns=false");
        await File.WriteAllTextAsync(Path.Combine(folder, "hello.txt"), "hello from stock");
        File.CreateSymbolicLink(Path.Combine(folder, "noise"), Path.Combine(_lab.Folder, "noise"));
        side.Start("python3", "-m", "http.server", "-d", folder, "--bind", "127.0.0.1", "8000");
        await Tools.Until(async () => (await side.Try("curl", "-sf", "-o", "/dev/null", "http://127.0.0.1:8000/")).ExitCode == 0, "the stock node's server");
        return (tailscale, socket, proxy);
    }

    /// <summary>A server on Tailscale's library, tsnet, which greets whoever asks by name, at port 80. <c>PEERS</c> has it as `tshello`.</summary>
    public async Task<RunningProgram> Tsnet(Side side, string name)
    {
        // A signal keeps it from removing its folder.
        var node = side.Start("env", $"TMPDIR={_lab.Folder}", Tools.Peer("tshello"), "-control", Url, "-authkey", Key, "-hostname", name, "-addr", ":80");
        await node.Printed("up in ");
        return node;
    }

    /// <summary>A file that was fetched by a node on tsnet that comes for it alone.</summary>
    public async Task<string> FetchByTsnet(Side side, string name, string url)
    {
        var file = Path.Combine(_lab.Folder, $"got-{name}");
        await side.Run("sh", "-c", $"{Tools.Peer("tshello")} -control {Url} -authkey {Key} -hostname {name} -get {url} > {file}");
        return file;
    }

    /// <summary>A server's own address in the tailnet.</summary>
    public string AddressOf(RunningProgram orb) => AddressPattern().Match(orb.Output).Groups[1].Value;

    [GeneratedRegex(@"with the addresses (100\.[0-9.]+)")]
    private static partial Regex AddressPattern();
}
