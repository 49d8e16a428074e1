using System.Text.Json;

namespace Edge.Interop;

/// <summary>Headscale in one side's namespace, at its port 8080, with one region of relays.</summary>
internal static class HeadscaleSide
{
    /// <param name="side">Where.</param>
    /// <param name="relay">What the relay's node says in the DERP map, in YAML's compact form.</param>
    /// <returns>A key that lets nodes in.</returns>
    public static async Task<string> Start(Side side, string relay)
    {
        var (headscale, host) = (Tools.Peer("headscale"), side.Address(isV4: true));
        var folder = Directory.CreateDirectory(Path.Combine(side.Lab.Folder, "hs")).FullName;
        await File.WriteAllTextAsync($"{folder}/derp.yaml", $$"""
            regions: {900: {regionid: 900, regioncode: edge, regionname: edge, nodes: [{name: 900a, regionid: 900, {{relay}}}] } }
            """);
        await File.WriteAllTextAsync($"{folder}/config.yaml", $$"""
            server_url: http://{{host}}:8080
            listen_addr: {{host}}:8080
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
        side.Start(headscale, "serve", "-c", $"{folder}/config.yaml");
        await Tools.Until(() => Task.FromResult(File.Exists($"{folder}/hs.sock")), "headscale's socket");
        await side.Run(headscale, "-c", $"{folder}/config.yaml", "users", "create", "alice");
        using var key = JsonDocument.Parse(await side.Run(headscale, "-c", $"{folder}/config.yaml", "preauthkeys", "create", "--user", "1", "--reusable", "--expiration", "1h", "-o", "json"));
        return key.RootElement.GetProperty("key").GetString()!;
    }
}
