using System.Net.Sockets;
using System.Text;
using Edge.Orb;

namespace Edge.Tests.Orb;

/// <summary>What connections see of the end; how long a connection must be quiet is set so that no test depends on time.</summary>
public sealed class StoppingTests
{
    private const string Site = """servers { [":8080"] { handler = new Respond { body = "hi" } } }""";

    [Test]
    public async Task A_request_that_follows_another_after_the_stop_is_answered_and_told_that_the_connection_ends()
    {
        await using var orb = await OrbRun.Start(Site, OrbLimits.Default with { Quiet = TimeSpan.FromHours(1) });
        using var client = new TcpClient();
        await client.ConnectAsync(orb.Address);
        await Assert.That(await Ask(client)).StartsWith("HTTP/1.1 200 ").And.DoesNotContain("Connection: close");
        var stop = orb.Server.Stop();
        await Assert.That(await Ask(client)).StartsWith("HTTP/1.1 200 ").And.Contains("Connection: close");
        await stop.WaitAsync(OrbRun.Limit);
        await Assert.That(orb.Log.Text).DoesNotContain("cut off");
    }

    [Test]
    public async Task A_quiet_connection_is_closed_and_does_not_hold_up_the_end()
    {
        await using var orb = await OrbRun.Start(Site, OrbLimits.Default with { Quiet = TimeSpan.Zero });
        using var client = new TcpClient();
        await client.ConnectAsync(orb.Address);
        await Ask(client);
        await orb.Server.Stop().WaitAsync(OrbRun.Limit);
        await Assert.That(await client.GetStream().ReadAsync(new byte[1])).IsEqualTo(0);
        await Assert.That(orb.Log.Text).DoesNotContain("cut off");
    }

    /// <summary>Closing the listening socket would reset the connections that wait in its queue.</summary>
    [Test]
    public async Task A_connection_that_was_begun_before_the_stop_is_accepted_and_answered()
    {
        await using var orb = await OrbRun.Start(Site, OrbLimits.Default with { Quiet = TimeSpan.FromHours(1) });
        var clients = Enumerable.Range(0, 50).Select(_ => new TcpClient()).ToList();
        await Task.WhenAll(clients.Select(client => client.ConnectAsync(orb.Address)));
        var stop = orb.Server.Stop();
        foreach (var client in clients)
        {
            await Assert.That(await Ask(client)).StartsWith("HTTP/1.1 200 ");
            client.Dispose();
        }
        await stop.WaitAsync(OrbRun.Limit);
    }

    private static async Task<string> Ask(TcpClient client)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        var stream = client.GetStream();
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), limit.Token);
        var answer = "";
        var buffer = new byte[4096];
        while (!answer.EndsWith("\r\n\r\nhi", StringComparison.Ordinal))
        {
            var length = await stream.ReadAsync(buffer, limit.Token);
            if (length == 0)
                break;
            answer += Encoding.Latin1.GetString(buffer, 0, length);
        }
        return answer;
    }
}
