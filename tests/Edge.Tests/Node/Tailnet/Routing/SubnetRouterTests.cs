using System.Net;
using System.Net.Sockets;
using Edge.Foundation.Addresses;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Node.Tailnet.Routing;
using Edge.Tests.Networks;
using Edge.Tests.Orb;
using NetUdpSocket = Edge.Protocols.Netstack.UdpSocket;

namespace Edge.Tests.Node.Tailnet.Routing;

/// <summary>A router between a network and the host: what it reaches, what it refuses and how, and that one peer takes nothing from others.</summary>
public sealed class SubnetRouterTests
{
    private static readonly IpAddress s_there = IpAddress.V4(0xc633_6407); // 198.51.100.7

    [Test]
    public async Task A_connection_is_answered_when_its_destination_is_reached_and_carries_both_ways()
    {
        await using var run = new RouterRun();
        using var listener = run.Listen();
        await using var near = new TunnelStream(await run.Pair.A.Dial(new Endpoint(s_there, 80), run.Limit));
        using var far = await listener.AcceptTcpClientAsync(run.Limit);
        var payload = new byte[300_000];
        new Random(1).NextBytes(payload);
        var sending = Task.Run(async () =>
        {
            await near.WriteAsync(payload, run.Limit);
            near.FinishWriting();
        });
        var received = new MemoryStream();
        await far.GetStream().CopyToAsync(received, run.Limit);
        await sending;
        await Assert.That(received.ToArray().AsSpan().SequenceEqual(payload)).IsTrue();
        // The other direction is open still.
        await far.GetStream().WriteAsync(payload, run.Limit);
        far.Client.Shutdown(SocketShutdown.Send);
        var back = new MemoryStream();
        await near.CopyToAsync(back, run.Limit);
        await Assert.That(back.ToArray().AsSpan().SequenceEqual(payload)).IsTrue();
    }

    [Test]
    public async Task What_the_destination_refuses_is_refused()
    {
        await using var run = new RouterRun();
        run.Listen().Dispose();
        var failure = await Assert.That(async () => await run.Pair.A.Dial(new Endpoint(s_there, 80), run.Limit)).Throws<DialException>();
        await Assert.That(failure!.Fault).IsEqualTo(DialFault.Refused);
    }

    [Test]
    public async Task What_is_not_advertised_is_not_dialled()
    {
        await using var run = new RouterRun();
        using var listener = run.Listen();
        foreach (var text in new[] { "198.51.101.1", "198.51.100.99" })
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(run.Limit);
            var dialling = run.Pair.A.Dial(new Endpoint(IpAddress.Of(IPAddress.Parse(text)), 80), over.Token);
            // It is looked at and turned away, before it is answered.
            await run.Asked.WaitAsync(run.Limit);
            await run.Pair.Until(() => run.Pair.B.Stack.Connections == 0);
            await over.CancelAsync();
            await Assert.That(async () => await dialling).Throws<OperationCanceledException>();
        }
        // A port of the router itself that nothing listens on.
        var failure = await Assert.That(async () => await run.Pair.A.Dial(new Endpoint(run.Pair.B.Addresses[0], 80), run.Limit)).Throws<DialException>();
        await Assert.That(failure!.Fault).IsEqualTo(DialFault.Refused);
        await Assert.That(run.Dialled).IsEqualTo(0);
    }

    [Test]
    public async Task Datagrams_go_there_and_back_each_flow_by_itself()
    {
        await using var run = new RouterRun();
        using var echo = run.BindUdp();
        var echoing = Echo(echo, run.Limit);
        var arrived = run.Pair.A.Stack;
        foreach (var port in new ushort[] { 4001, 4002 })
        {
            var socket = await run.OnNetwork(() => arrived.Bind(run.Pair.A.Addresses[0], port));
            for (var i = 0; i < 3; i++)
            {
                var text = System.Text.Encoding.ASCII.GetBytes($"{port} {i}");
                await run.OnNetwork(() => socket.Send(new Endpoint(run.Pair.A.Addresses[0], port), new Endpoint(s_there, 9999), text));
                await run.Pair.Until(() => socket.NextLength >= 0);
                await Assert.That(await run.OnNetwork(() => Receive(socket))).IsEqualTo($"{port} {i} from 198.51.100.7:9999");
            }
        }
        await Assert.That(run.Dialled).IsEqualTo(2);
        // To who is not advertised, nothing.
        var other = await run.OnNetwork(() => arrived.Bind(run.Pair.A.Addresses[0], 4003));
        await run.OnNetwork(() => other.Send(new Endpoint(run.Pair.A.Addresses[0], 4003), new Endpoint(IpAddress.V4(0x0808_0808), 53), "x"u8.ToArray()));
        // The flow is looked at, and ends.
        await run.Pair.Until(() => run.Flows == 2);
        await Assert.That(run.Dialled).IsEqualTo(2);
        echo.Dispose();
        await echoing;
    }

    [Test]
    public async Task One_peer_has_so_many_connections_and_no_more()
    {
        await using var run = new RouterRun(new RouteLimits { ConnectionsOfPeer = 2 });
        using var listener = run.Listen();
        await using var first = new TunnelStream(await run.Pair.A.Dial(new Endpoint(s_there, 80), run.Limit));
        await using (new TunnelStream(await run.Pair.A.Dial(new Endpoint(s_there, 80), run.Limit)))
        {
            // A third one waits, as for a host that does not answer.
            using var brief = new CancellationTokenSource(TimeSpan.FromSeconds(0.5));
            await Assert.That(async () => await run.Pair.A.Dial(new Endpoint(s_there, 80), brief.Token)).Throws<OperationCanceledException>();
            await Assert.That(run.Dialled).IsEqualTo(2);
            using var accepted = await listener.AcceptTcpClientAsync(run.Limit);
            using var second = await listener.AcceptTcpClientAsync(run.Limit);
        }
    }

    private static string Receive(NetUdpSocket socket)
    {
        var buffer = new byte[100];
        var length = socket.Receive(buffer, out _, out var remote);
        return $"{System.Text.Encoding.ASCII.GetString(buffer, 0, length)} from {remote}";
    }

    private static async Task Echo(Socket socket, CancellationToken cancellation)
    {
        var buffer = new byte[2000];
        try
        {
            while (true)
            {
                var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), cancellation);
                await socket.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), received.RemoteEndPoint, cancellation);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    /// <summary>B routes 198.51.100.0/24, of which .99 is the host itself; all of it is on loopback.</summary>
    private sealed class RouterRun : IAsyncDisposable
    {
        private readonly CancellationTokenSource _limit = new(OrbRun.Limit);
        private readonly SubnetRouter _router;
        private int _port;
        private int _dialled;

        public RouterRun(RouteLimits? limits = null)
        {
            var policy = new RoutePolicy([new IpPrefix(s_there, 24)]);
            _router = new SubnetRouter(Pair.B, policy, Own, TimeProvider.System, limits)
            {
                Target = _ =>
                {
                    Interlocked.Increment(ref _dialled);
                    return new IPEndPoint(IPAddress.Loopback, _port);
                },
            };
            Pair.B.Post(_router.Begin);
        }

        public NetworkPair Pair { get; } = new();

        public CancellationToken Limit => _limit.Token;

        public int Dialled => _dialled;

        /// <summary>Released each time that the router looks at a destination.</summary>
        public SemaphoreSlim Asked { get; } = new(0);

        /// <summary>On the network's thread.</summary>
        public int Flows => _router.Flows;

        public TcpListener Listen()
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            _port = ((IPEndPoint)listener.LocalEndpoint).Port;
            return listener;
        }

        public Socket BindUdp()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            return socket;
        }

        public async Task<T> OnNetwork<T>(Func<T> work)
        {
            var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            Pair.A.Post(_ => done.SetResult(work()));
            return await done.Task.WaitAsync(Limit);
        }

        private IReadOnlyCollection<IpAddress> Own()
        {
            Asked.Release();
            return [IpAddress.V4(0xc633_6463)];
        }

        public async ValueTask DisposeAsync()
        {
            await _router.DisposeAsync();
            await Pair.DisposeAsync();
            _limit.Dispose();
            Asked.Dispose();
        }
    }
}
