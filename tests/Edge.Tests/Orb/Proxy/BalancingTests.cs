using System.Globalization;
using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;

namespace Edge.Tests.Orb.Proxy;

/// <summary>Which upstream gets a request, for each policy, over real sockets.</summary>
public sealed class BalancingTests
{
    [Test]
    public async Task Round_robin_gives_each_its_weight_and_spreads_it()
    {
        await using var servers = await Servers.Start(2);
        await using var proxy = await ProxyServer.Start(servers.Record(LoadBalancing.RoundRobin, 3, 1));
        var answers = await Ask(proxy, 8);
        await Assert.That(string.Concat(answers)).IsEqualTo("00100010");
    }

    [Test]
    public async Task An_upstream_of_weight_0_gets_nothing()
    {
        await using var servers = await Servers.Start(2);
        foreach (var policy in Enum.GetValues<LoadBalancing>())
        {
            await using var proxy = await ProxyServer.Start(servers.Record(policy, 0, 1));
            await Assert.That((await Ask(proxy, 6)).Distinct()).IsEquivalentTo(["1"]);
        }
    }

    [Test]
    public async Task First_uses_the_first()
    {
        await using var servers = await Servers.Start(3);
        await using var proxy = await ProxyServer.Start(servers.Record(LoadBalancing.First, 1, 1, 1));
        await Assert.That((await Ask(proxy, 6)).Distinct()).IsEquivalentTo(["0"]);
    }

    [Test]
    public async Task Random_reaches_every_upstream()
    {
        await using var servers = await Servers.Start(3);
        await using var proxy = await ProxyServer.Start(servers.Record(LoadBalancing.Random, 1, 1, 1));
        // The chance that 100 draws miss one of three is below 10^-16.
        await Assert.That((await Ask(proxy, 100)).Distinct().Count()).IsEqualTo(3);
    }

    [Test]
    public async Task Least_connections_avoids_the_one_that_is_busy()
    {
        await using var servers = await Servers.Start(2);
        await using var proxy = await ProxyServer.Start(servers.Record(LoadBalancing.LeastConnections, 1, 1));
        var held = proxy.Client.GetStringAsync("/hold");
        await servers.Held.Task.WaitAsync(Limits.Generous);
        var busy = servers.Holder!;
        await Assert.That((await Ask(proxy, 6)).Distinct()).DoesNotContain(busy);
        servers.Release.SetResult();
        await held;
    }

    [Test]
    public async Task Ip_hash_keeps_a_client_at_its_upstream()
    {
        await using var servers = await Servers.Start(4);
        await using var proxy = await ProxyServer.Start(servers.Record(LoadBalancing.IpHash, 1, 1, 1, 1));
        await Assert.That((await Ask(proxy, 8)).Distinct().Count()).IsEqualTo(1);
    }

    [Test]
    public async Task A_consistent_hash_moves_only_the_keys_of_the_upstream_that_left()
    {
        await using var servers = await Servers.Start(4);
        var record = servers.Record(LoadBalancing.ConsistentHash, 1, 1, 1, 1) with { HashHeader = "X-User" };
        await using var all = await ProxyServer.Start(record);
        await using var fewer = await ProxyServer.Start(record with { Upstreams = record.Upstreams.RemoveAt(3) });
        var moved = 0;
        for (var user = 0; user < 40; user++)
        {
            var before = await Ask(all, user);
            var after = await Ask(fewer, user);
            if (before == "3") moved++;
            else await Assert.That(after).IsEqualTo(before);
        }
        await Assert.That(moved).IsBetween(1, 30);

        static async Task<string> Ask(ProxyServer proxy, int user)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.Add("X-User", user.ToString(CultureInfo.InvariantCulture));
            using var response = await proxy.Client.SendAsync(request);
            return await response.Content.ReadAsStringAsync();
        }
    }

    [Test]
    public async Task A_cookie_keeps_a_client_at_its_upstream_and_tells_no_address()
    {
        await using var servers = await Servers.Start(3);
        await using var proxy = await ProxyServer.Start(servers.Record(LoadBalancing.Cookie, 1, 1, 1));
        using var first = await proxy.Client.GetAsync("/");
        var server = await first.Content.ReadAsStringAsync();
        var cookie = first.Headers.GetValues("Set-Cookie").Single();
        await Assert.That(cookie).StartsWith("edge_upstream=");
        await Assert.That(cookie).EndsWith("; Path=/; HttpOnly; SameSite=Lax");
        await Assert.That(cookie).DoesNotContain("127.0.0.1");
        for (var i = 0; i < 6; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.Add("Cookie", cookie.Split(';')[0]);
            using var response = await proxy.Client.SendAsync(request);
            await Assert.That(await response.Content.ReadAsStringAsync()).IsEqualTo(server);
            await Assert.That(response.Headers.Contains("Set-Cookie")).IsFalse();
        }
        using var forged = new HttpRequestMessage(HttpMethod.Get, "/");
        forged.Headers.Add("Cookie", "edge_upstream=nonsense");
        using var answer = await proxy.Client.SendAsync(forged);
        await Assert.That(answer.Headers.Contains("Set-Cookie")).IsTrue();
    }

    private static async Task<List<string>> Ask(ProxyServer proxy, int times)
    {
        List<string> answers = [];
        for (var i = 0; i < times; i++) answers.Add(await proxy.Client.GetStringAsync("/"));
        return answers;
    }

    /// <summary>Upstreams that answer with their number; one can be made to hold a request.</summary>
    private sealed class Servers : IAsyncDisposable
    {
        private readonly List<WebServer> _servers = [];

        public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? Holder { get; private set; }

        public static async Task<Servers> Start(int count)
        {
            var servers = new Servers();
            for (var i = 0; i < count; i++)
            {
                var name = i.ToString(CultureInfo.InvariantCulture);
                servers._servers.Add(await WebServer.Start(context => servers.Answer(context, name)));
            }
            return servers;
        }

        public ReverseProxy Record(LoadBalancing policy, params int[] weights) => new()
        {
            LoadBalancing = policy,
            Upstreams = [.. weights.Select((weight, i) => ProxyServer.Upstream(ProxyServer.At(_servers[i].Port), weight))],
        };

        public async ValueTask DisposeAsync()
        {
            foreach (var server in _servers) await server.DisposeAsync();
        }

        private async Task Answer(HttpContext context, string name)
        {
            if (context.Request.Path == "/hold")
            {
                Holder = name;
                Held.SetResult();
                await Release.Task.WaitAsync(Limits.Generous);
            }
            await context.Response.WriteAsync(name);
        }
    }
}
