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
    [Arguments("--tailscale-auth-key tskey-auth-secret", "this build does not have `--tailscale-auth-key` yet")]
    [Arguments("--derp-port 4000", "this build does not have `--derp-port` yet")]
    [Arguments("--advertise-tags tag:a", "this build does not have `--advertise-tags` yet")]
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
    public async Task A_network_in_the_configuration_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("a.pkl", "networks { [\"office\"] { tailscale { direct = true } } }\nservers { [\":8080\"] { handler = 200 } }"u8);
        var run = await CommandRun.InProcess("orb", "--config", file);
        await Assert.That(run).IsEqualTo(new CommandRun(2, "", "edge: error: this build cannot attach to networks yet: `office`\n  help: take it out of `networks`.\n"));
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
        var (answered, failed) = (0, 0);
        var clients = Enumerable.Range(0, 16).Select(async _ =>
        {
            while (true)
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    await socket.ConnectAsync(edge.Address);
                }
                catch (SocketException)
                {
                    // It does not accept any more: nothing was asked.
                    return;
                }
                await using var stream = new NetworkStream(socket);
                using var reader = new StreamReader(stream, Encoding.Latin1);
                // As a client does: again on the same connection until the server says that it closes it.
                var isOpen = true;
                while (isOpen)
                {
                    try
                    {
                        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
                        var isWhole = false;
                        for (var line = await reader.ReadLineAsync(); line is not null; line = await reader.ReadLineAsync())
                        {
                            isOpen &= line != "Connection: close";
                            if (line.Length > 0)
                                continue;
                            var body = new char[2];
                            isWhole = await reader.ReadBlockAsync(body) == 2;
                            break;
                        }
                        if (!isWhole)
                            throw new IOException("cut off");
                        Interlocked.Increment(ref answered);
                    }
                    catch (IOException)
                    {
                        Interlocked.Increment(ref failed);
                        return;
                    }
                }
            }
        }).ToArray();
        while (Volatile.Read(ref answered) < 500)
            await Task.Yield();
        edge.Signal(PosixSignal.SIGTERM);
        await Task.WhenAll(clients);
        await Assert.That(await edge.Exit()).IsEqualTo(0);
        await Assert.That(failed).IsEqualTo(0);
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
