using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Tests.Cli;

namespace Edge.Tests.Io.Control;

/// <summary>The program, with a user and a key that lets nodes in.</summary>
internal sealed class Headscale : IDisposable
{
    // One that nobody runs: HeadscaleTests are about the control server alone.
    private const string NoRelay = "{900: {regionid: 900, regioncode: hub, regionname: Hub, nodes: [{name: 900a, regionid: 900, hostname: 127.0.0.1, derpport: 9443, stunport: 9478, insecurefortests: true}]}}";

    private readonly TemporaryFolder _folder = new();
    private Process _process;

    private Headscale(int port, string relays)
    {
        Url = new($"http://127.0.0.1:{port}");
        _folder.Write("derp.yaml", Encoding.UTF8.GetBytes($"regions: {relays}\n"));
        Config = _folder.Write("config.yaml", Encoding.UTF8.GetBytes($$$"""
            server_url: {{{Url}}}
            listen_addr: 127.0.0.1:{{{port}}}
            metrics_listen_addr: 127.0.0.1:0
            grpc_listen_addr: 127.0.0.1:0
            noise: {private_key_path: {{{_folder.Path}}}/noise.key}
            prefixes: {v4: 100.64.0.0/10, v6: "fd7a:115c:a1e0::/48", allocation: sequential}
            derp: {server: {enabled: false}, urls: [], paths: [{{{_folder.Path}}}/derp.yaml], auto_update_enabled: false}
            disable_check_updates: true
            database: {type: sqlite, sqlite: {path: {{{_folder.Path}}}/db.sqlite}}
            policy: {mode: database}
            dns: {magic_dns: true, base_domain: edge.test, override_local_dns: false, nameservers: {global: []}}
            unix_socket: {{{Socket}}}
            logtail: {enabled: false}
            """));
        _process = Run();
    }

    public Uri Url { get; }

    public string AuthKey { get; private set; } = "";

    private string Config { get; }

    private string Socket => Path.Combine(_folder.Path, "hs.sock");

    /// <param name="cancellation">Ends it.</param>
    /// <param name="relays">Of its DERP map, in YAML's compact form.</param>
    public static async Task<Headscale> Start(CancellationToken cancellation, string relays = NoRelay)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Dispose();
        var headscale = new Headscale(port, relays);
        await headscale.Listening(cancellation);
        await headscale.Command("users", "create", "alice");
        var key = await headscale.Command("preauthkeys", "create", "--user", "1", "--reusable", "--expiration", "24h", "-o", "json");
        headscale.AuthKey = System.Text.Json.Nodes.JsonNode.Parse(key)!["key"]!.GetValue<string>();
        return headscale;
    }

    /// <summary>Ends it, as a crash does.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        File.Delete(Socket);
    }

    /// <summary>Starts it again with what it knew.</summary>
    public async Task Again(CancellationToken cancellation)
    {
        _process.Dispose();
        _process = Run();
        await Listening(cancellation);
    }

    public async Task<string> Command(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(RequiresHeadscaleAttribute.Program!, ["-c", Config, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"headscale {string.Join(' ', arguments)}: {await error}");
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
        _folder.Dispose();
    }

    private Process Run()
    {
        var process = Process.Start(new ProcessStartInfo(RequiresHeadscaleAttribute.Program!, ["serve", "-c", Config]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task Listening(CancellationToken cancellation)
    {
        while (!File.Exists(Socket))
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"headscale ended with {_process.ExitCode}");
            await Task.Delay(50, cancellation);
        }
    }
}
