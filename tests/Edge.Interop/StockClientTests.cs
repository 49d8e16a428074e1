using System.Text.Json;
using System.Text.RegularExpressions;
using Edge.Tests.Image;

namespace Edge.Interop;

/// <summary>Stock nodes, told by Headscale of our relay and its certificate's hash. <c>PEERS</c> names the folder that has the programs.</summary>
[Category(Published.Category)]
public sealed partial class StockClientTests
{
    [Test]
    public async Task Two_tailscaled_take_the_relay_for_home_and_talk_through_it()
    {
        var (headscale, tailscaled, tailscale) = (Peers.Program("headscale"), Peers.Program("tailscaled"), Peers.Program("tailscale"));
        Tools.Require("curl", "python3");
        await using var lab = await Lab.Create();
        var hub = lab.A.Address(isV4: true);

        var relay = lab.A.Start(Published.Plain(), "tun", "derp", "--host", hub, "--port", "9443", "--stun-port", "3478", "--state", lab.Folder, "--client-rate", "0", "--total-rate", "0");
        await relay.Printed("STUNPort");
        var pin = PinPattern().Match(relay.Output).Value;
        var key = await StartHeadscale(lab, headscale, hub, pin);

        // They find a direct path in no time unless they are told not to.
        var sides = (Side[])[lab.A, lab.B];
        foreach (var side in sides)
        {
            var folder = Directory.CreateDirectory(Path.Combine(lab.Folder, side.Name)).FullName;
            side.Start("env", "TS_DEBUG_ALWAYS_USE_DERP=1", "TS_NO_LOGS_NO_SUPPORT=true", "TS_DISABLE_PORTMAPPER=1", tailscaled, "--tun=userspace-networking",
                $"--outbound-http-proxy-listen={side.Address(isV4: true)}:1055", "--state=mem:", $"--statedir={folder}", $"--socket={folder}/s.sock", "--no-logs-no-support");
            await Tools.Until(() => Task.FromResult(File.Exists($"{folder}/s.sock")), "tailscaled's socket");
            await side.Run(tailscale, $"--socket={folder}/s.sock", "up", $"--login-server=http://{hub}:8080", $"--authkey={key}", $"--hostname={side.Name}", "--accept-dns=false");
        }
        var address = (await lab.B.Run(tailscale, $"--socket={lab.Folder}/{lab.B.Name}/s.sock", "ip", "-4")).Trim();
        await Tools.Until(async () => (await lab.A.Try(tailscale, $"--socket={lab.Folder}/{lab.A.Name}/s.sock", "ping", "--c", "1", "--until-direct=false", address)).Output.Contains("via DERP(", StringComparison.Ordinal), "a ping through the relay");

        // Its STUN told them where they come from.
        await Assert.That(await lab.B.Run(tailscale, $"--socket={lab.Folder}/{lab.B.Name}/s.sock", "netcheck")).Contains($"IPv4: yes, {lab.B.Address(isV4: true)}:");

        var sent = new byte[8 << 20];
        Random.Shared.NextBytes(sent);
        var served = Directory.CreateDirectory(Path.Combine(lab.Folder, "www")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(served, "file"), sent);
        lab.B.Start("python3", "-m", "http.server", "-d", served, "--bind", "127.0.0.1", "8000");
        await Tools.Until(async () => (await lab.B.Try("curl", "-sf", "-o", "/dev/null", "http://127.0.0.1:8000/")).ExitCode == 0, "the file's server");
        await lab.A.Run("curl", "-sf", "-x", $"http://{hub}:1055", "-o", $"{lab.Folder}/file", $"http://{address}:8000/file");
        await Assert.That((await File.ReadAllBytesAsync($"{lab.Folder}/file")).AsSpan().SequenceEqual(sent)).IsTrue();

        await Assert.That(await relay.End()).IsEqualTo(0);
    }

    private static async Task<string> StartHeadscale(Lab lab, string headscale, string hub, string pin)
    {
        var folder = Directory.CreateDirectory(Path.Combine(lab.Folder, "hs")).FullName;
        await File.WriteAllTextAsync($"{folder}/derp.yaml", $$"""
            regions: {900: {regionid: 900, regioncode: edge, regionname: edge, nodes: [{name: 900a, regionid: 900, hostname: {{hub}}, certname: "{{pin}}", ipv4: {{hub}}, ipv6: none, derpport: 9443, stunport: 3478}] } }
            """);
        await File.WriteAllTextAsync($"{folder}/config.yaml", $$"""
            server_url: http://{{hub}}:8080
            listen_addr: {{hub}}:8080
            metrics_listen_addr: 127.0.0.1:9090
            grpc_listen_addr: 127.0.0.1:50443
            grpc_allow_insecure: true
            noise: {private_key_path: {{folder}}/noise_private.key}
            prefixes: {v4: 100.64.0.0/10, v6: "fd7a:115c:a1e0::/48", allocation: sequential}
            derp: {server: {enabled: false}, urls: [], paths: [{{folder}}/derp.yaml], auto_update_enabled: false}
            disable_check_updates: true
            database: {type: sqlite, sqlite: {path: {{folder}}/db.sqlite} }
            policy: {mode: database}
            dns: {magic_dns: true, base_domain: lab.test, override_local_dns: false, nameservers: {global: []} }
            unix_socket: {{folder}}/hs.sock
            unix_socket_permission: "0770"
            logtail: {enabled: false}
            """);
        lab.A.Start(headscale, "serve", "-c", $"{folder}/config.yaml");
        await Tools.Until(() => Task.FromResult(File.Exists($"{folder}/hs.sock")), "headscale's socket");
        await lab.A.Run(headscale, "-c", $"{folder}/config.yaml", "users", "create", "alice");
        using var key = JsonDocument.Parse(await lab.A.Run(headscale, "-c", $"{folder}/config.yaml", "preauthkeys", "create", "--user", "1", "--reusable", "--expiration", "1h", "-o", "json"));
        return key.RootElement.GetProperty("key").GetString()!;
    }

    [GeneratedRegex("sha256-raw:[0-9a-f]{64}")]
    private static partial Regex PinPattern();
}
