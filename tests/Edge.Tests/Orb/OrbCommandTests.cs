using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Edge.Tests.Cli;

namespace Edge.Tests.Orb;

/// <summary>`edge orb` as a process: flags, signals, exit codes and what it says.</summary>
public sealed class OrbCommandTests
{
    [Test]
    [Arguments("", "`--config FILE` is missing")]
    [Arguments("--tailscale", "this build does not have `--tailscale` yet")]
    [Arguments("--config a.pkl --tailscale-auth-key tskey-auth-secret", "`--tailscale-auth-key` goes with `--tailscale-direct`")]
    [Arguments("--config a.pkl --tailscale-direct --tailscale-auth-key tskey-auth-secret --hostname a.b", "`--hostname` is no node's name: `a.b`")]
    [Arguments("--config a.pkl --tun", "`--tun` goes with `--tailscale-direct`")]
    [Arguments("--auto-https", "this build does not have `--auto-https` yet")]
    [Arguments("--upgrade", "this build does not have `--upgrade` yet")]
    [Arguments("--tui", "this build does not have `--tui` yet")]
    [Arguments("--config a.pkl --log-level loud", "`--log-level` does not know `loud`")]
    [Arguments("--config a.pkl --log-format xml", "`--log-format` does not know `xml`")]
    [Arguments("--config a.pkl --admin 0.0.0.0:9090", "other hosts could reach the admin interface")]
    [Arguments("--config a.pkl --admin nowhere", "`--admin` cannot listen on `nowhere`")]
    public async Task A_line_that_cannot_be_run_is_refused_with_what_to_do(string line, string what)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("a.pkl", "servers { [\":8080\"] { handler = 200 } }"u8);
        var run = await CommandRun.InProcess(["orb", .. line.Replace("a.pkl", file, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        await Assert.That(run.ExitCode).IsEqualTo(2);
        await Assert.That(run.Error).Contains(what).And.Contains("\n  help: ");
        await Assert.That(run.Error).DoesNotContain("secret");
    }

    [Test]
    public async Task A_configuration_with_errors_is_refused_with_each_at_its_line()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("a.pkl", "servers {\n  [\":8080\"] { handler = 7 }\n}\n"u8);
        var run = await CommandRun.InProcess("orb", "--config", file);
        await Assert.That(run.ExitCode).IsEqualTo(2);
        await Assert.That(run.Error).StartsWith($"{file}:2:");
    }

    [Test]
    [Arguments("", "this build cannot speak to the host's tailscaled yet: `office`", "say `direct = true` in its `tailscale`: then this process is a node itself.")]
    [Arguments("direct = true; dataPlane { tun = true } } } [\"other\"] { tailscale { direct = true; dataPlane { tun = true }", "two networks want the interface `edge0`: `other` is the second", "give one of them another `tunName`.")]
    public async Task What_a_network_asks_for_and_cannot_have_is_refused_by_name(string tailscale, string what, string help)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("a.pkl", Encoding.UTF8.GetBytes($"networks {{ [\"office\"] {{ tailscale {{ {tailscale} }} }} }}\nservers {{ [\":8080\"] {{ handler = 200 }} }}"));
        var run = await CommandRun.InProcess("orb", "--config", file);
        await Assert.That(run).IsEqualTo(new CommandRun(2, "", $"edge: error: {what}\n  help: {help}\n"));
    }

    [Test]
    public async Task A_port_in_use_is_named_with_its_holder_and_exits_with_1()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        using var folder = new TemporaryFolder();
        var file = folder.Write("a.pkl", Encoding.UTF8.GetBytes($"servers {{ [\"127.0.0.1:{port}\"] {{ handler = 200 }} }}"));
        var run = await CommandRun.InProcess("orb", "--config", file);
        await Assert.That(run.ExitCode).IsEqualTo(1);
        await Assert.That(run.Error).StartsWith($"edge: error: 127.0.0.1:{port} is in use by ");
        await Assert.That(run.Error).Contains($"(process {Environment.ProcessId})");
    }

    [Test]
    public async Task It_serves_logs_json_in_a_pipe_and_stops_on_a_signal_with_0()
    {
        await using var edge = await EdgeProcess.Start("handler = new Respond { body = \"hi\" }");
        using var client = edge.Client();
        await Assert.That(await client.GetStringAsync("/")).IsEqualTo("hi");
        edge.Signal(PosixSignal.SIGTERM);
        await Assert.That(await edge.Exit()).IsEqualTo(0);
        foreach (var line in edge.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var document = JsonDocument.Parse(line);
            await Assert.That(document.RootElement.GetProperty("level").GetString()).IsEqualTo("info");
        }
        await Assert.That(edge.Error).Contains("listening on").And.Contains("stopped");
    }

    /// <summary>`script` gives the server a terminal of its own; the key that it passes on is Control-C. A shell left between the two would die of it and give its own exit code.</summary>
    [Test]
    public async Task On_a_terminal_it_logs_text_and_stops_on_control_c()
    {
        Skip.When(CommandRun.Find("script") is null, "`script` (util-linux) is not installed");
        using var folder = new TemporaryFolder();
        var file = folder.Write("a.pkl", Encoding.UTF8.GetBytes($"servers {{ [\"127.0.0.1:{EdgeProcess.FreePort()}\"] {{ handler = 200 }} }}"));
        var start = new ProcessStartInfo("script", ["-qec", $"exec {CommandRun.Executable} orb --config {file}", "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["TS_STATE_DIR"] = folder.Path;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        var line = await process.StandardOutput.ReadLineAsync(limit.Token);
        await Assert.That(line).Contains(" INFO  server: listening on 127.0.0.1:");
        await process.StandardInput.WriteAsync('\x03');
        await process.StandardInput.FlushAsync(limit.Token);
        await Assert.That(await process.StandardOutput.ReadToEndAsync(limit.Token)).Contains(" INFO  server: stopped");
        await process.WaitForExitAsync(limit.Token);
        await Assert.That(process.ExitCode).IsEqualTo(0);
    }

    [Test]
    public async Task Text_lines_and_levels_follow_the_flags()
    {
        await using var edge = await EdgeProcess.Start("handler = 200", "--log-format", "text", "--log-level", "warn", "--no-tui");
        edge.Signal(PosixSignal.SIGINT);
        await Assert.That(await edge.Exit()).IsEqualTo(0);
        await Assert.That(edge.Error).IsEqualTo("");
    }

    /// <summary>Clients that ask without pause while the server is told to stop: what was asked is answered.</summary>
    [Test]
    public async Task Under_load_no_request_in_flight_fails_when_it_is_told_to_stop()
    {
        await using var edge = await EdgeProcess.Start("handler = new Respond { body = \"hi\" }");
        var clients = new BusyClients(edge.Address);
        await clients.Answered(500);
        edge.Signal(PosixSignal.SIGTERM);
        await Assert.That(await clients.Failed()).IsEqualTo(0);
        await Assert.That(await edge.Exit()).IsEqualTo(0);
    }

    /// <summary>Neither a connection that never said a word nor one of HTTP/2 without requests holds up the end.</summary>
    [Test]
    public async Task Idle_connections_do_not_hold_up_the_end()
    {
        await using var edge = await EdgeProcess.Start("handler = new Respond { body = \"hi\" }");
        using var silent = new TcpClient();
        await silent.ConnectAsync(edge.Address);
        using var client = edge.Client();
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await Assert.That(await client.GetStringAsync("/")).IsEqualTo("hi");
        edge.Signal(PosixSignal.SIGTERM);
        await Assert.That(await edge.Exit()).IsEqualTo(0);
        await Assert.That(edge.Error).DoesNotContain("cut off");
    }

    [Test]
    public async Task A_hang_up_ends_nothing_and_reads_files_again()
    {
        await using var edge = await EdgeProcess.Start("handler = new Respond { body = \"hi\" }");
        edge.Signal(PosixSignal.SIGHUP);
        await edge.Says("SIGHUP: certificates and log files are read and opened again");
        using var client = edge.Client();
        await Assert.That(await client.GetStringAsync("/")).IsEqualTo("hi");
    }

    [Test]
    public async Task A_file_of_an_upstreams_tls_that_cannot_be_used_is_an_error_of_the_configuration()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("a.pkl", "servers { [\":8080\"] { handler = new ReverseProxy { upstreams { \"https://127.0.0.1:1\" } ; tls { caFile = \"nothing.pem\" } } } }"u8);
        var run = await CommandRun.InProcess("orb", "--config", file);
        await Assert.That(run.ExitCode).IsEqualTo(2);
        await Assert.That(run.Error).Contains("nothing.pem").And.Contains("no such file").And.Contains("\n  help: ");
    }

    [Test]
    public async Task A_request_under_way_is_finished_and_a_second_signal_does_not_wait_for_it()
    {
        foreach (var second in new[] { false, true })
        {
            using var upstream = new TcpListener(IPAddress.Loopback, 0);
            upstream.Start();
            await using var edge = await EdgeProcess.Start($"handler = new ReverseProxy {{ upstreams {{ \"{upstream.LocalEndpoint}\" }} }}");
            using var client = edge.Client();
            var response = client.GetStringAsync("/");
            using var socket = await upstream.AcceptSocketAsync();
            edge.Signal(PosixSignal.SIGTERM);
            await edge.Says("stopping");
            if (second)
            {
                edge.Signal(PosixSignal.SIGTERM);
                await Assert.That(await edge.Exit()).IsEqualTo(1);
                await Assert.That(async () => await response).Throws<HttpRequestException>();
            }
            else
            {
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"u8.ToArray());
                await Assert.That(await response).IsEqualTo("done");
                await Assert.That(await edge.Exit()).IsEqualTo(0);
            }
        }
    }

    [Test]
    public async Task A_log_that_cannot_be_written_stops_nothing()
    {
        using var folder = new TemporaryFolder();
        var port = EdgeProcess.FreePort();
        var file = folder.Write("a.pkl", Encoding.UTF8.GetBytes($"servers {{ [\"127.0.0.1:{port}\"] {{ handler = new Respond {{ body = \"hi\" }} }} }}"));
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec {CommandRun.Executable} orb --config {file} 2>/dev/full"]))!;
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = OrbRun.Limit };
        await Assert.That(await EdgeProcess.Get(client)).IsEqualTo("hi");
        EdgeProcess.Signal(process, PosixSignal.SIGTERM);
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await process.WaitForExitAsync(limit.Token);
        await Assert.That(process.ExitCode).IsEqualTo(0);
    }
}
