using System.Runtime.InteropServices;
using Edge.Tests.Orb;
using Edge.Tests.Relay;

namespace Edge.Tests.Cli;

public sealed class DerpCommandTests
{
    [Test]
    [Arguments("`--port` goes with `derp`", "tun", "status", "--port", "1")]
    [Arguments("`--port` wants a port, 0 to 65535, not `x`", "tun", "derp", "--port", "x")]
    [Arguments("`--cert` and `--key` go together", "tun", "derp", "--cert", "a.pem")]
    [Arguments("`--mesh-with` takes a mesh key", "tun", "derp", "--mesh-with", "relay.example.com")]
    [Arguments("`--admission-url` cannot ask `ftp://x`", "tun", "derp", "--admission-url", "ftp://x")]
    [Arguments("`--admission-fail-open` goes with `--admission-url`", "tun", "derp", "--admission-fail-open")]
    [Arguments("`--client-rate` wants a number of Mbit/s, not `much`", "tun", "derp", "--client-rate", "much")]
    [Arguments("`--host` cannot listen on `a b`", "tun", "derp", "--host", "a b")]
    [Arguments("`--name` and `--run-dir` do not go with `derp`", "tun", "derp", "--name", "x")]
    [Arguments("other hosts could reach the admin interface", "tun", "derp", "--admin", "192.0.2.1:9090")]
    [Arguments("`--derp-port` goes with `--derp`", "orb", "--config", "/dev/null", "--derp-port", "1")]
    public async Task Mistakes_are_named(string what, params string[] line)
    {
        var run = await CommandRun.InProcess(line);
        await Assert.That(run.ExitCode).IsEqualTo(2);
        await Assert.That(run.Error).Contains(what);
        await Assert.That(run.Out).IsEqualTo("");
    }

    [Test]
    public async Task A_mesh_key_that_is_none_is_refused_without_being_shown()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("mesh.key", "0123456789abcdef"u8);
        var run = await CommandRun.InProcess("tun", "derp", "--mesh-key-file", file);
        await Assert.That(run.ExitCode).IsEqualTo(2);
        await Assert.That(run.Error).Contains($"`{file}` holds no mesh key");
        await Assert.That(run.Error).DoesNotContain("0123456789abcdef");
    }

    [Test]
    public async Task It_prints_its_map_runs_and_ends_with_a_signal()
    {
        using var folder = new TemporaryFolder();
        await using var relay = await RelayProcess.Start(CommandRun.Executable, folder);
        var node = relay.Node;
        await Assert.That(node.GetProperty("HostName").GetString()).IsEqualTo("127.0.0.1");
        await Assert.That(node.GetProperty("DERPPort").GetInt32()).IsBetween(1, 65535);
        await Assert.That(node.GetProperty("STUNPort").GetInt32()).IsBetween(1, 65535);
        await Assert.That(node.GetProperty("CertName").GetString()).StartsWith("sha256-raw:");

        var health = await CommandRun.InProcess("health", "--ready", "--admin", relay.Admin);
        await Assert.That(health.ExitCode).IsEqualTo(0);
        var (exitCode, error) = await relay.End();
        await Assert.That(exitCode).IsEqualTo(0);
        await Assert.That(error).Contains("ANYBODY may use this relay");
    }

    [Test]
    public async Task A_server_runs_one_beside_it()
    {
        var port = EdgeProcess.FreePort();
        await using var edge = await EdgeProcess.Start("handler = new Respond { body = \"fine\" }", "--derp", "--derp-port", $"{port}");
        await edge.Says($"relay: listening on :{port}");
        using var client = new HttpClient(OrbRun.Handler()) { Timeout = OrbRun.Limit };
        await Assert.That(await client.GetStringAsync($"https://127.0.0.1:{port}/")).Contains("DERP");
        edge.Signal(PosixSignal.SIGTERM);
        await Assert.That(await edge.Exit()).IsEqualTo(0);
    }
}
