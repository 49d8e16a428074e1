using System.Net;
using Edge.Foundation.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace Edge.Tests.Orb.Proxy;

/// <summary>Unhealthy upstreams are left out and come back, in time that the tests drive.</summary>
public sealed class HealthTests
{
    private static readonly ActiveHealthCheck Quick = new() { Interval = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromMinutes(5) };

    [Test]
    public async Task An_upstream_that_fails_its_checks_is_left_out_until_it_passes_again()
    {
        var sick = false;
        await using var server = await WebServer.Start(context =>
        {
            if (context.Request.Path == "/healthz" && sick) context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        var time = new FakeTimeProvider();
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(server.Port)) with
        {
            HealthCheck = new HealthCheck { Active = Quick with { Path = "/healthz", UnhealthyAfter = 2, HealthyAfter = 2 } },
        }, time);
        await Assert.That(await Status(proxy)).IsEqualTo(HttpStatusCode.OK);
        sick = true;
        await Advance(time, server, proxy.Log.WaitFor("is left out after 2 failed health checks: /healthz has status 500"));
        await Assert.That(await Status(proxy)).IsEqualTo(HttpStatusCode.ServiceUnavailable);
        await Assert.That(proxy.Log.Text).Contains("no upstream is healthy");
        sick = false;
        await Advance(time, server, proxy.Log.WaitFor("is used again after 2 health checks that passed"));
        await Assert.That(await Status(proxy)).IsEqualTo(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_check_asks_for_the_status_it_is_told()
    {
        await using var server = await WebServer.Start(_ => Task.CompletedTask);
        var time = new FakeTimeProvider();
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(server.Port)) with
        {
            HealthCheck = new HealthCheck { Active = Quick with { ExpectStatus = 204, UnhealthyAfter = 1 } },
        }, time);
        await Advance(time, server, proxy.Log.WaitFor("/ has status 200"));
    }

    [Test]
    public async Task An_upstream_that_fails_requests_is_left_out_for_a_while()
    {
        var status = 503;
        await using var server = await WebServer.Start(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        await using var spare = await WebServer.Start(_ => Task.CompletedTask);
        var time = new FakeTimeProvider();
        await using var proxy = await ProxyServer.Start(ProxyServer.To(ProxyServer.At(server.Port), ProxyServer.At(spare.Port)) with
        {
            LoadBalancing = LoadBalancing.First,
            HealthCheck = new HealthCheck { Passive = new PassiveHealthCheck { MaxFailures = 3 } },
        }, time);
        // Failures that lie further apart than the window do not add up.
        for (var i = 0; i < 4; i++)
        {
            await Assert.That(await Status(proxy)).IsEqualTo(HttpStatusCode.ServiceUnavailable);
            time.Advance(TimeSpan.FromSeconds(20));
        }
        await Assert.That(await Status(proxy)).IsEqualTo(HttpStatusCode.ServiceUnavailable);
        await Assert.That(await Status(proxy)).IsEqualTo(HttpStatusCode.ServiceUnavailable);
        await Assert.That(await Status(proxy)).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(spare.Requests).IsEqualTo(1);
        await Assert.That(proxy.Log.Text).Contains("is left out for 30 s after 3 failures within 30 s, the last: its status was 503");
        time.Advance(TimeSpan.FromSeconds(31));
        status = 200;
        await Assert.That(await Status(proxy)).IsEqualTo(HttpStatusCode.OK);
        await Assert.That(spare.Requests).IsEqualTo(1);
    }

    private static async Task<HttpStatusCode> Status(ProxyServer proxy)
    {
        using var response = await proxy.Client.GetAsync("/");
        return response.StatusCode;
    }

    /// <summary>
    /// Lets interval after interval pass until the event is there, with a request of its own after each: a check's time limit is as
    /// long as thousands of these, so that none ends for lack of time.
    /// </summary>
    private static async Task Advance(FakeTimeProvider time, WebServer server, Task until)
    {
        using var client = new HttpClient { BaseAddress = new Uri(server.Url) };
        using var limit = new CancellationTokenSource(Limits.Generous);
        while (!until.IsCompleted)
        {
            time.Advance(Quick.Interval);
            using var response = await client.GetAsync("/", limit.Token);
        }
        await until;
    }
}
