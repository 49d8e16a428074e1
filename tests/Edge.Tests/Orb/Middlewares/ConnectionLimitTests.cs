using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Tests.Orb.Proxy;

namespace Edge.Tests.Orb.Middlewares;

public sealed class ConnectionLimitTests
{
    [Test]
    public async Task So_many_requests_are_under_way_at_once_and_one_that_ends_makes_room()
    {
        await using var upstream = new HeldUpstream();
        await using var orb = await OrbRun.Start(Echo.Around("new ConnectionLimit { max = 2 }", Echo.Handler(upstream.Server)));
        var first = Get(orb);
        var second = Get(orb);
        await upstream.Reached(2);
        await Assert.That(await Get(orb)).StartsWith("HTTP/1.1 503 ").And.Contains("Retry-After: 1\r\n");
        upstream.Release(1);
        await Task.WhenAny(first, second).WaitAsync(OrbRun.Limit);
        var third = Get(orb);
        await upstream.Reached(3);
        upstream.Release(2);
        foreach (var response in await Task.WhenAll(first, second, third).WaitAsync(OrbRun.Limit))
            await Assert.That(response).StartsWith("HTTP/1.1 200 ");
    }

    [Test]
    public async Task One_client_does_not_take_the_room_of_others()
    {
        await using var upstream = new HeldUpstream();
        await using var orb = await OrbRun.Start(Echo.Around("new ConnectionLimit { max = 10; maxPerClient = 1 }", Echo.Handler(upstream.Server)));
        var held = Get(orb, "127.0.0.1");
        await upstream.Reached(1);
        await Assert.That(await Get(orb, "127.0.0.1")).StartsWith("HTTP/1.1 503 ");
        var other = Get(orb, "127.0.0.77");
        await upstream.Reached(2);
        upstream.Release(2);
        await Assert.That(await held).StartsWith("HTTP/1.1 200 ");
        await Assert.That(await other).StartsWith("HTTP/1.1 200 ");
        upstream.Release(1);
        await Assert.That(await Get(orb, "127.0.0.1")).StartsWith("HTTP/1.1 200 ");
    }

    [Test]
    public async Task A_request_that_fails_leaves_its_room()
    {
        await using var orb = await OrbRun.Start(Echo.Around("new ConnectionLimit { max = 1; maxPerClient = 1 }", $$"""handler = new ReverseProxy { upstreams { "127.0.0.1:{{RawUpstream.ClosedPort()}}" } }"""));
        for (var i = 0; i < 3; i++)
            await Assert.That(await Get(orb)).StartsWith("HTTP/1.1 502 ");
    }

    private static async Task<string> Get(OrbRun orb, string from = "127.0.0.1")
    {
        using var client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        await client.ConnectAsync(orb.Address);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        return await OrbRun.ReadAll(client.GetStream(), limit.Token);
    }

    /// <summary>An upstream that answers when it is told to.</summary>
    private sealed class HeldUpstream : IAsyncDisposable
    {
        private readonly SemaphoreSlim _reached = new(0);
        private readonly SemaphoreSlim _released = new(0);
        private int _seen;

        public HeldUpstream() => Server = new RawUpstream(async stream =>
        {
            await RawUpstream.ReadHead(stream);
            _reached.Release();
            await _released.WaitAsync(OrbRun.Limit);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        });

        public RawUpstream Server { get; }

        /// <summary>Returns when so many requests in all have come.</summary>
        public async Task Reached(int requests)
        {
            for (; _seen < requests; _seen++)
                if (!await _reached.WaitAsync(OrbRun.Limit))
                    throw new TimeoutException("a request did not reach the upstream");
        }

        public void Release(int requests) => _released.Release(requests);

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
