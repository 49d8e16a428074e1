using System.Net;
using System.Net.Sockets;
using Edge.Admin;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Orb;
using Edge.Tests.Cli;
using Edge.Tests.Orb;
using AdminConfiguration = Edge.Foundation.Configuration.Admin;

namespace Edge.Tests.Admin;

/// <summary>Health, readiness and metrics of a server in this process, asked over its socket.</summary>
public sealed class AdminInterfaceTests
{
    private const string Site = """servers { [":8080"] { handler = new Respond { body = "fine" } } }""";

    private static readonly Dialler s_dialler = new(new SystemResolver(), TimeProvider.System);

    [Test]
    public async Task Its_socket_in_the_state_folder_is_its_owners_alone_and_is_gone_at_the_end()
    {
        using var folder = new TemporaryFolder();
        var state = Path.Combine(folder.Path, "below", "state");
        string path;
        await using (var orb = await Start(Site, new AdminConfiguration(), state))
        {
            path = Path.Combine(state, "admin.sock");
            await Assert.That(OperatingSystem.IsLinux() ? File.GetUnixFileMode(path) : default).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await Assert.That(OperatingSystem.IsLinux() ? File.GetUnixFileMode(state) : default).IsEqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await Assert.That((await Get(orb, "/healthz")).Text).IsEqualTo("ok\n");
        }
        await Assert.That(File.Exists(path)).IsFalse();
    }

    [Test]
    public async Task Readiness_has_its_reasons_and_health_does_not_care()
    {
        using var folder = new TemporaryFolder();
        await using var orb = await Start(Site, new AdminConfiguration(), folder.Path);
        await Assert.That(await Get(orb, "/readyz")).IsEqualTo(new AdminAnswer(200, "ready\n"));
        orb.Server.Services.Readiness.Set("network office", "no map was received yet");
        orb.Server.Services.Readiness.Note("certificate a.test", "self-signed");
        await Assert.That(await Get(orb, "/readyz")).IsEqualTo(new AdminAnswer(503, "not ready\nnetwork office: no map was received yet\nnote: certificate a.test: self-signed\n"));
        await Assert.That(await Get(orb, "/healthz")).IsEqualTo(new AdminAnswer(200, "ok\n"));
    }

    [Test]
    public async Task What_is_not_there_and_what_is_no_get_is_refused()
    {
        using var folder = new TemporaryFolder();
        await using var orb = await Start(Site, new AdminConfiguration(), folder.Path);
        await Assert.That((await Get(orb, "/")).Status).IsEqualTo(404);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(folder.Path, "admin.sock")));
        await socket.SendAsync("POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        var answer = await OrbRun.ReadAll(new NetworkStream(socket), CancellationToken.None);
        await Assert.That(answer).StartsWith("HTTP/1.1 405 ").And.Contains("Allow: GET, HEAD");
    }

    [Test]
    public async Task Nothing_of_it_is_on_the_servers_own_listeners()
    {
        using var folder = new TemporaryFolder();
        await using var orb = await Start("""servers { [":8080"] { routes { new { match = "/"; handler = 200 } } } }""", new AdminConfiguration(), folder.Path);
        foreach (var path in new[] { "/healthz", "/readyz", "/metrics" })
            await Assert.That(await orb.Raw($"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).StartsWith("HTTP/1.1 404 ");
    }

    [Test]
    public async Task On_an_address_it_answers_hosts_that_reach_it()
    {
        await using var orb = await Start(Site, new AdminConfiguration { Listen = new ListenAddress { Host = "localhost", Port = 0 } }, null);
        var bound = (IPEndPoint)orb.Private.Bound!;
        await Assert.That(IPAddress.IsLoopback(bound.Address)).IsTrue();
        var address = new ListenAddress { Host = bound.Address.ToString(), Port = bound.Port };
        await Assert.That((await AdminClient.Get(address, "/healthz", s_dialler, CancellationToken.None)).Text).IsEqualTo("ok\n");
    }

    /// <summary>The kernel knows who calls: this test's own user may. Another user's process is refused before a byte is read.</summary>
    [Test]
    public async Task A_socket_without_a_file_lets_its_owner_in_and_nobody_else()
    {
        var name = $"@edge-test-{Guid.NewGuid():n}";
        await using var orb = await Start(Site, new AdminConfiguration { Listen = new ListenAddress { UnixPath = name } }, null);
        await Assert.That((await Get(orb, "/healthz")).Status).IsEqualTo(200);
        Skip.Unless(Environment.IsPrivilegedProcess && CommandRun.Find("setpriv") is not null, "needs root and setpriv (util-linux) to become another user");
        // edge itself is the program that asks, as nobody.
        var asked = await CommandRun.AsNobody("health", "--admin", $"unix:{name}");
        await Assert.That(asked.ExitCode).IsEqualTo(1);
        await Assert.That(asked.Out).IsEqualTo("");
    }

    [Test]
    public async Task Of_two_servers_in_one_place_the_second_serves_without_and_says_so()
    {
        using var folder = new TemporaryFolder();
        await using var first = await Start(Site, new AdminConfiguration(), folder.Path);
        await using var second = await Start(Site, new AdminConfiguration(), folder.Path);
        await Assert.That(second.Log.Text).Contains("health and metrics are not to be had: another server listens on");
        using var client = second.Client();
        await Assert.That(await client.GetStringAsync("/")).IsEqualTo("fine");
        await Assert.That((await Get(first, "/healthz")).Status).IsEqualTo(200);
    }

    [Test]
    public async Task A_place_that_was_chosen_and_is_taken_keeps_the_server_from_starting()
    {
        using var folder = new TemporaryFolder();
        var taken = new AdminConfiguration { Listen = new ListenAddress { UnixPath = Path.Combine(folder.Path, "taken.sock") } };
        await using var first = await Start(Site, taken, null);
        var failure = await Assert.That(async () => await Start(Site, taken, null)).Throws<OrbException>();
        await Assert.That(failure!.Message).Contains("another server listens on");
    }

    [Test]
    public async Task It_answers_until_the_last_request_is_done_and_says_that_the_server_stops()
    {
        using var folder = new TemporaryFolder();
        using var upstream = new TcpListener(IPAddress.Loopback, 0);
        upstream.Start();
        var orb = await Start($$"""servers { [":8080"] { handler = new ReverseProxy { upstreams { "{{upstream.LocalEndpoint}}" } } } }""", new AdminConfiguration(), folder.Path, OrbLimits.Default);
        using var client = orb.Client();
        var request = client.GetStringAsync("/");
        using var socket = await upstream.AcceptSocketAsync();
        var stop = orb.Server.Stop();
        await Assert.That((await Get(orb, "/readyz")).Text).IsEqualTo("not ready\nserver: the server is stopping\n");
        await Assert.That((await Get(orb, "/metrics")).Text).Contains("\nedge_http_requests_under_way 1\n");
        await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"u8.ToArray());
        await Assert.That(await request).IsEqualTo("done");
        await stop.WaitAsync(OrbRun.Limit);
        await orb.Server.DisposeAsync();
    }

    [Test]
    [Arguments("TS_STATE_DIR", "/run/edge-test", "/run/edge-test/admin.sock")]
    [Arguments("XDG_STATE_HOME", "/tmp", "/tmp/edge/admin.sock")]
    [Arguments("TS_STATE_DIR", "/proc/nothing", null)]
    [Arguments("TS_STATE_DIR", "mem:", null)]
    [Arguments("TS_STATE_DIR", "/tmp/a-path-that-is-longer-than-what-the-kernel-takes-for-the-name-of-a-socket-which-is-one-hundred-and-eight-bytes", null)]
    [Arguments("NOTHING", "", null)]
    public async Task The_default_place_is_in_the_state_folder_where_that_can_be_written(string variable, string value, string? path)
    {
        if (path?.StartsWith("/run", StringComparison.Ordinal) == true)
            Skip.Unless(Environment.IsPrivilegedProcess, "needs root to write in /run");
        var address = AdminAddress.Default(name => name == variable ? value : null);
        await Assert.That(address.UnixPath).IsEqualTo(path ?? $"@edge-admin-{PeerCredentials.UserId}");
        await Assert.That(AdminAddress.Candidates(name => name == variable ? value : null).Last().UnixPath).StartsWith("@edge-admin-");
    }

    [Test]
    [Arguments("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", 200, "body")]
    [Arguments("HTTP/1.0 503 Service Unavailable\r\n\r\n", 503, "")]
    public async Task An_answer_is_read(string text, int status, string body) =>
        await Assert.That(AdminClient.Parse(text)).IsEqualTo(new AdminAnswer(status, body));

    [Test]
    [Arguments("")]
    [Arguments("HTTP/1.1 200 OK\r\n")]
    [Arguments("HTTP/2 200\r\n\r\n")]
    [Arguments("HTTP/1.1 2x0 OK\r\n\r\n")]
    [Arguments("SSH-2.0-OpenSSH\r\n\r\n")]
    public async Task What_is_no_answer_is_none(string text) => await Assert.That(AdminClient.Parse(text)).IsNull();

    private static async Task<AdminAnswer> Get(AdminRun run, string path) =>
        await AdminClient.Get(run.Private.Address, path, s_dialler, CancellationToken.None).WaitAsync(OrbRun.Limit);

    private static Task<AdminRun> Start(string servers, AdminConfiguration configuration, string? state, OrbLimits? limits = null) => AdminRun.Start(servers, configuration, state, limits);
}
