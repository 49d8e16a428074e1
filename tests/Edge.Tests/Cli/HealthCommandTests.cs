using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Edge.Tests.Orb;

namespace Edge.Tests.Cli;

/// <summary>`edge health` against servers that run as processes of their own.</summary>
public sealed class HealthCommandTests
{
    [Test]
    public async Task It_finds_the_server_where_neither_was_told_anything()
    {
        await using var edge = await EdgeProcess.Start("handler = 200");
        foreach (var arguments in new string[][] { ["health"], ["health", "--ready"] })
        {
            var run = await CommandRun.Start(CommandRun.Executable, arguments, ("TS_STATE_DIR", edge.State));
            await Assert.That(run).IsEqualTo(new CommandRun(0, arguments.Length == 1 ? "ok\n" : "ready\n", ""));
        }
    }

    [Test]
    public async Task It_asks_where_admin_and_config_say()
    {
        var port = EdgeProcess.FreePort();
        using var folder = new TemporaryFolder();
        var file = folder.Write("server.pkl", Encoding.UTF8.GetBytes($"servers {{ [\":8080\"] {{ handler = 200 }} }}\nadmin {{ listen = \"127.0.0.1:{port}\" }}"));
        await using var edge = await EdgeProcess.Start("handler = 200", "--admin", $"127.0.0.1:{port}");
        await Assert.That(await CommandRun.InProcess("health", "--admin", $"127.0.0.1:{port}")).IsEqualTo(new CommandRun(0, "ok\n", ""));
        await Assert.That(await CommandRun.InProcess("health", "--config", file)).IsEqualTo(new CommandRun(0, "ok\n", ""));
    }

    [Test]
    public async Task A_server_that_stops_lives_and_is_not_ready()
    {
        using var upstream = new TcpListener(IPAddress.Loopback, 0);
        upstream.Start();
        await using var edge = await EdgeProcess.Start($"handler = new ReverseProxy {{ upstreams {{ \"{upstream.LocalEndpoint}\" }} }}");
        using var client = edge.Client();
        var response = client.GetStringAsync("/");
        using var socket = await upstream.AcceptSocketAsync();
        edge.Signal(PosixSignal.SIGTERM);
        await edge.Says("stopping");
        var ready = await CommandRun.Start(CommandRun.Executable, ["health", "--ready"], ("TS_STATE_DIR", edge.State));
        await Assert.That(ready).IsEqualTo(new CommandRun(1, "not ready\nserver: the server is stopping\n", ""));
        var healthy = await CommandRun.Start(CommandRun.Executable, ["health"], ("TS_STATE_DIR", edge.State));
        await Assert.That(healthy.ExitCode).IsEqualTo(0);
        await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"u8.ToArray());
        await Assert.That(await response).IsEqualTo("done");
        await Assert.That(await edge.Exit()).IsEqualTo(0);
    }

    [Test]
    public async Task Where_nobody_answers_it_says_where_it_asked_and_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "admin.sock");
        var run = await CommandRun.InProcess("health", "--admin", $"unix:{path}");
        await Assert.That(run.ExitCode).IsEqualTo(1);
        await Assert.That(run.Error).StartsWith($"edge: error: no edge answers on `unix:{path}`: ").And.Contains("\n  help: Is `edge orb` running as this user?");
    }

    [Test]
    public async Task What_is_no_admin_interface_is_not_taken_for_one()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var run = CommandRun.InProcess("health", "--admin", $"{other.LocalEndpoint}");
        using var socket = await other.AcceptSocketAsync();
        await socket.SendAsync("220 mail.example.com\r\n\r\n"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        await Assert.That((await run).Error).Contains("is not edge's admin interface");
        await Assert.That((await run).ExitCode).IsEqualTo(1);
    }

    [Test]
    public async Task A_configuration_with_errors_is_refused()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("a.pkl", "servers { [\":8080\"] { handler = 7 } }"u8);
        await Assert.That((await CommandRun.InProcess("health", "--config", file)).ExitCode).IsEqualTo(2);
    }
}
