using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Tests.Netstack.Kernel;

/// <summary>Our TCP against Linux's, over a TUN device in a namespace.</summary>
[NotInParallel("kernel TCP")]
public sealed class KernelTcpTests
{
    private const ushort Port = 80;

    // All that a connection of ours can stay in once its handshake is done.
    private static readonly TcpState[] s_states =
        [TcpState.Established, TcpState.CloseWait, TcpState.FinWait1, TcpState.FinWait2, TcpState.Closing, TcpState.LastAck];

    [Before(Test)]
    public void NeedsRoot() => Skip.Unless(Environment.IsPrivilegedProcess && File.Exists("/dev/net/tun"), "the kernel's TCP is asked as root, with /dev/net/tun");

    public static IEnumerable<(int Mtu, bool IsV6, int Lost, int Doubled, int Delayed, int Size)> Paths() =>
    [
        (576, false, 0, 0, 0, 4_000_000), (1280, true, 0, 0, 0, 16_000_000), (1500, false, 0, 0, 0, 16_000_000), (9000, true, 0, 0, 0, 32_000_000),
        (1280, false, 1, 0, 0, 4_000_000), (1280, true, 10, 0, 0, 2_000_000), (1500, false, 100, 0, 0, 150_000),
        (1280, false, 0, 0, 100, 2_000_000), (1280, true, 0, 100, 0, 2_000_000), (9000, false, 20, 20, 50, 1_000_000),
    ];

    [Test]
    [MethodDataSource(nameof(Paths))]
    public async Task Bulk_both_ways_at_once_arrives_whole(int mtu, bool isV6, int lost, int doubled, int delayed, int size)
    {
        var isClean = lost + doubled + delayed == 0;
        var link = new LinkOptions { Lost = lost, Doubled = doubled, Delayed = delayed, Delay = TimeSpan.FromMilliseconds(isClean ? 0 : 2), Queue = 4_000_000 };
        using var path = new KernelPath(new() { Mtu = mtu }, link, seed: mtu + lost);
        using var echo = new Echo(path, size);
        path.Do((stack, _) => stack.Listen(null, Port));
        using var socket = Open(path, isV6);
        await Connect(socket, isV6);
        var (sent, received) = await Exchange(socket, size);
        await Assert.That(await path.Until((_, _) => echo.IsDone)).IsTrue().Because(echo.Describe(path));
        await Assert.That(Convert.ToHexString(echo.Hash)).IsEqualTo(Convert.ToHexString(sent));
        await Assert.That(Convert.ToHexString(received)).IsEqualTo(Convert.ToHexString(Pattern(size)));
    }

    [Test]
    [Arguments(false)]
    [Arguments(true)]
    public async Task We_connect_to_the_kernel(bool isV6)
    {
        const int Size = 4_000_000;
        using var path = new KernelPath();
        using var listener = Open(path, isV6);
        listener.Bind(new IPEndPoint(isV6 ? Tun.KernelV6 : Tun.KernelV4, Port));
        listener.Listen();
        using var echo = new Echo(path, Size);
        path.Do((stack, now) => echo.Use(stack.Connect(now, IpAddress.Of(isV6 ? Tun.StackV6 : Tun.StackV4), new Endpoint(IpAddress.Of(isV6 ? Tun.KernelV6 : Tun.KernelV4), Port))!));
        using var socket = await listener.AcceptAsync().WaitAsync(KernelPath.Limit);
        var (sent, received) = await Exchange(socket, Size);
        await Assert.That(await path.Until((_, _) => echo.IsDone)).IsTrue().Because(echo.Describe(path));
        await Assert.That(Convert.ToHexString(echo.Hash)).IsEqualTo(Convert.ToHexString(sent));
        await Assert.That(Convert.ToHexString(received)).IsEqualTo(Convert.ToHexString(Pattern(Size)));
    }

    [Test]
    public async Task A_half_closed_connection_still_carries_the_other_half()
    {
        using var path = new KernelPath();
        path.Do((stack, _) => stack.Listen(null, Port));
        var (socket, server) = await ConnectedPair(path);
        using var open = socket;
        await socket.SendAsync("question"u8.ToArray());
        socket.Shutdown(SocketShutdown.Send);
        await Assert.That(await path.Until((_, _) => server is { Readable: 8, State: TcpState.CloseWait })).IsTrue();
        path.Do((_, now) =>
        {
            server.Consume(now, 8);
            server.Write("answer"u8);
        });
        var buffer = new byte[100];
        await Assert.That(await socket.ReceiveAsync(buffer).WaitAsync(KernelPath.Limit)).IsEqualTo(6);
        path.Do((_, _) => server.FinishSending());
        await Assert.That(await socket.ReceiveAsync(buffer).WaitAsync(KernelPath.Limit)).IsEqualTo(0);
        await Assert.That(await path.Until((stack, _) => stack.Connections == 0)).IsTrue();
        await Assert.That(server.CloseReason).IsEqualTo(CloseReason.Finished);
    }

    [Test]
    public async Task The_kernels_reset_is_seen_in_every_state()
    {
        using var path = new KernelPath(new() { TimeWait = TimeSpan.FromMilliseconds(200) });
        path.Do((stack, _) => stack.Listen(null, Port));
        foreach (var state in s_states)
        {
            var (socket, server) = await ConnectedPair(path);
            using var open = socket;
            await Enter(path, socket, server, state);
            path.Do((_, _) => path.ToKernel.Drop = static _ => false);
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
            await Assert.That(await path.Until((_, _) => server.State == TcpState.Closed)).IsTrue().Because($"{state}: {server}");
            // Where both have finished and only the last acknowledgement is missing, nothing was lost by it.
            await Assert.That(server.CloseReason).IsEqualTo(state is TcpState.Closing or TcpState.LastAck ? CloseReason.Finished : CloseReason.Reset);
        }
        await Assert.That(path.Do((stack, _) => stack.Connections)).IsEqualTo(0);
    }

    [Test]
    public async Task Our_reset_is_seen_by_the_kernel_in_every_state()
    {
        using var path = new KernelPath();
        path.Do((stack, _) => stack.Listen(null, Port));
        foreach (var state in s_states)
        {
            var (socket, server) = await ConnectedPair(path);
            using var open = socket;
            await Enter(path, socket, server, state);
            if (state == TcpState.FinWait2)
                await Assert.That(await socket.ReceiveAsync(new byte[1]).WaitAsync(KernelPath.Limit)).IsEqualTo(0);
            // Where our FIN never arrived, the reset is beyond what the kernel expects: it asks back, and is answered (RFC 5961 section 3.2).
            path.Do((_, _) =>
            {
                path.ToKernel.Drop = static _ => false;
                server.Abort();
            });
            var error = await Assert.ThrowsAsync<SocketException>(async () =>
            {
                while (true)
                {
                    if (state == TcpState.FinWait2)
                        await socket.SendAsync(new byte[1]).WaitAsync(KernelPath.Limit);
                    else
                        await socket.ReceiveAsync(new byte[1]).WaitAsync(KernelPath.Limit);
                }
            });
            await Assert.That(error!.SocketErrorCode).IsEqualTo(state == TcpState.FinWait2 ? SocketError.Shutdown : SocketError.ConnectionReset).Or.IsEqualTo(SocketError.ConnectionReset);
        }
    }

    [Test]
    public async Task Refused_by_us_and_refused_by_the_kernel()
    {
        using var path = new KernelPath();
        using var socket = Open(path, false);
        var error = await Assert.ThrowsAsync<SocketException>(() => Connect(socket, false));
        await Assert.That(error!.SocketErrorCode).IsEqualTo(SocketError.ConnectionRefused);
        var client = path.Do((stack, now) => stack.Connect(now, IpAddress.Of(Tun.StackV4), new Endpoint(IpAddress.Of(Tun.KernelV4), 4711))!);
        await Assert.That(await path.Until((_, _) => client.State == TcpState.Closed)).IsTrue();
        await Assert.That(client.CloseReason).IsEqualTo(CloseReason.Refused);
    }

    [Test]
    public async Task The_kernel_reads_byte_by_byte_through_a_shut_window()
    {
        const int Size = 300_000;
        using var path = new KernelPath();
        path.Do((stack, _) => stack.Listen(null, Port));
        using var echo = new Echo(path, Size);
        using var socket = Open(path, false);
        socket.ReceiveBufferSize = 4096;
        await Connect(socket, false);
        // It reads nothing until we cannot send any more.
        await Assert.That(await path.Until((_, _) => echo.Connection is { Queued: > 60_000 })).IsTrue();
        socket.Shutdown(SocketShutdown.Send);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1];
        var total = 0;
        for (; total < 5000 && await socket.ReceiveAsync(buffer).WaitAsync(KernelPath.Limit) == 1; total++)
            hash.AppendData(buffer);
        buffer = new byte[3000];
        while (await socket.ReceiveAsync(buffer).WaitAsync(KernelPath.Limit) is > 0 and var count)
        {
            total += count;
            hash.AppendData(buffer, 0, count);
        }
        await Assert.That(total).IsEqualTo(Size);
        await Assert.That(Convert.ToHexString(hash.GetCurrentHash())).IsEqualTo(Convert.ToHexString(Pattern(Size)));
    }

    [Test]
    public async Task The_kernel_waits_for_our_window()
    {
        using var path = new KernelPath();
        path.Do((stack, _) => stack.Listen(null, Port));
        var (socket, server) = await ConnectedPair(path);
        using var open = socket;
        var sending = Exchange(socket, 1_000_000);
        await Assert.That(await path.Until((_, _) => server is { Readable: >= 65_000 })).IsTrue();
        await Assert.That(path.Do((_, _) => server.Readable)).IsLessThan(66_000);
        var reader = new Transfer.Reader(server);
        // First a few bytes at a time, then all.
        for (var i = 0; i < 200; i++)
            path.Do((_, now) => reader.Read(now, 300));
        await Assert.That(await path.Until((_, now) =>
        {
            reader.Read(now);
            return server.IsAtEnd;
        })).IsTrue();
        await Assert.That(reader.Count).IsEqualTo(1_000_000);
        path.Do((_, _) => server.FinishSending());
        await sending;
    }

    [Test]
    public async Task Segments_of_one_byte_arrive()
    {
        const int Size = 3000;
        using var path = new KernelPath(link: new() { Lost = 10, Delay = TimeSpan.FromMilliseconds(1) });
        path.Do((stack, _) => stack.Listen(null, Port));
        using var echo = new Echo(path, 0);
        using var socket = Open(path, false);
        socket.NoDelay = true;
        await Connect(socket, false);
        for (var i = 0; i < Size; i++)
            await socket.SendAsync(new[] { Transfer.At(i) });
        socket.Shutdown(SocketShutdown.Send);
        await Assert.That(await path.Until((_, _) => echo.IsDone)).IsTrue();
        await Assert.That(Convert.ToHexString(echo.Hash)).IsEqualTo(Convert.ToHexString(Pattern(Size)));
    }

    [Test]
    public async Task Short_connections_by_the_thousand_leave_nothing()
    {
        using var path = new KernelPath(new() { TimeWait = TimeSpan.FromMilliseconds(100) });
        path.Do((stack, _) => stack.Listen(null, Port));
        path.On = static (happened, now) => Answer(happened.Connection!, now);
        var done = 0;
        await Parallel.ForAsync(0, 3000, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (_, _) =>
        {
            using var socket = Open(path, false);
            await Connect(socket, false);
            await socket.SendAsync("request"u8.ToArray());
            var buffer = new byte[16];
            if (await socket.ReceiveAsync(buffer).WaitAsync(KernelPath.Limit, CancellationToken.None) == 6 && await socket.ReceiveAsync(buffer).WaitAsync(KernelPath.Limit, CancellationToken.None) == 0)
                Interlocked.Increment(ref done);
        });
        await Assert.That(done).IsEqualTo(3000);
        await Assert.That(await path.Until((stack, _) => stack.Connections == 0)).IsTrue();
        await Assert.That(path.Do((stack, _) => stack.Blocks.Used)).IsEqualTo(0);
    }

    [Test]
    public async Task Ten_thousand_at_once_are_served()
    {
        const int Count = 10_000;
        using var path = new KernelPath(new() { TimeWait = TimeSpan.FromMilliseconds(100) });
        path.Tun.Configure("ipv4/ip_local_port_range", "10000 65000");
        path.Do((stack, _) => stack.Listen(null, Port));
        path.On = static (happened, now) => Answer(happened.Connection!, now);
        var sockets = new Socket[Count];
        try
        {
            await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (i, _) =>
            {
                sockets[i] = Open(path, false);
                await Connect(sockets[i], false);
            });
            await Assert.That(await path.Until((stack, _) => stack.Connections == Count)).IsTrue();
            await Assert.That(path.Do((stack, _) => stack.Blocks.Used)).IsEqualTo(0);
            var buffer = new byte[Count][];
            await Parallel.ForAsync(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (i, _) =>
            {
                buffer[i] = new byte[16];
                await sockets[i].SendAsync("request"u8.ToArray());
                if (await sockets[i].ReceiveAsync(buffer[i]).WaitAsync(KernelPath.Limit, CancellationToken.None) != 6)
                    buffer[i][0] = 0;
            });
            await Assert.That(buffer.Count(answer => answer.AsSpan(0, 6).SequenceEqual("answer"u8))).IsEqualTo(Count);
        }
        finally
        {
            foreach (var socket in sockets)
                socket?.Dispose();
        }
        await Assert.That(await path.Until((stack, _) => stack.Connections == 0)).IsTrue();
    }

    [Test]
    [Arguments(false, 100)]
    [Arguments(false, 30_000)]
    [Arguments(true, 100)]
    [Arguments(true, 30_000)]
    public async Task Datagrams_go_both_ways_in_fragments_where_they_must(bool isV6, int length)
    {
        using var path = new KernelPath();
        path.Do((stack, _) => stack.Bind(null, 53));
        var buffer = new byte[65_536];
        path.On = (happened, _) =>
        {
            while (happened.Socket!.Receive(buffer, out var local, out var remote) is >= 0 and var received)
                happened.Socket.Send(local, remote, buffer.AsSpan(0, received));
        };
        using var socket = path.Tun.Run(() => new Socket(isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        await socket.ConnectAsync(new IPEndPoint(isV6 ? Tun.StackV6 : Tun.StackV4, 53));
        byte[] question = [.. Enumerable.Range(0, length).Select(i => Transfer.At(i))];
        await socket.SendAsync(question);
        var answer = new byte[65_536];
        var count = await socket.ReceiveAsync(answer).WaitAsync(KernelPath.Limit);
        await Assert.That(answer.AsSpan(0, count).SequenceEqual(question)).IsTrue();
        // A port without a socket is answered by ICMP, which quotes the first fragment: the others do not name the ports.
        using var other = path.Tun.Run(() => new Socket(isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        await other.ConnectAsync(new IPEndPoint(isV6 ? Tun.StackV6 : Tun.StackV4, 54));
        await other.SendAsync(question);
        var error = await Assert.ThrowsAsync<SocketException>(() => other.ReceiveAsync(answer).WaitAsync(KernelPath.Limit));
        await Assert.That(error!.SocketErrorCode).IsEqualTo(SocketError.ConnectionRefused);
    }

    private static Socket Open(KernelPath path, bool isV6) =>
        path.Tun.Run(() => new Socket(isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

    private static Task Connect(Socket socket, bool isV6) =>
        socket.ConnectAsync(new IPEndPoint(isV6 ? Tun.StackV6 : Tun.StackV4, Port)).WaitAsync(KernelPath.Limit);

    // The stack listens.
    private static async Task<(Socket Socket, TcpConnection Server)> ConnectedPair(KernelPath path)
    {
        TcpConnection? server = null;
        path.On = (happened, _) => server = happened.Connection;
        var socket = Open(path, false);
        await Connect(socket, false);
        await Assert.That(await path.Until((_, _) => server is not null)).IsTrue();
        return (socket, server!);
    }

    private static async Task Enter(KernelPath path, Socket socket, TcpConnection server, TcpState state)
    {
        // Those states in which our FIN is not acknowledged last while nothing of ours arrives.
        if (state is TcpState.FinWait1 or TcpState.Closing or TcpState.LastAck)
            path.Do((_, _) => path.ToKernel.Drop = static _ => true);
        if (state is TcpState.CloseWait or TcpState.LastAck)
        {
            socket.Shutdown(SocketShutdown.Send);
            await path.Until((_, _) => server.State == TcpState.CloseWait);
        }
        if (state is not (TcpState.Established or TcpState.CloseWait))
            path.Do((_, _) => server.FinishSending());
        if (state == TcpState.Closing)
        {
            await path.Until((_, _) => server.State == TcpState.FinWait1);
            socket.Shutdown(SocketShutdown.Send);
        }
        await Assert.That(await path.Until((_, _) => server.State == state)).IsTrue().Because($"{state}: {server}");
    }

    private static void Answer(TcpConnection connection, Timestamp now)
    {
        if (connection.Readable >= 7)
        {
            connection.Consume(now, connection.Readable);
            connection.Write("answer"u8);
            connection.FinishSending();
        }
        if (connection.State is TcpState.Closed or TcpState.TimeWait || connection.IsAtEnd)
            connection.Release(now);
    }

    private static byte[] Pattern(int length)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = 0; at < length; at += 4096)
            hash.AppendData(Transfer.From(at, Math.Min(4096, length - at)));
        return hash.GetCurrentHash();
    }

    /// <summary>Sends and receives at once, to the end of both; the hashes of both.</summary>
    private static async Task<(byte[] Sent, byte[] Received)> Exchange(Socket socket, int send)
    {
        var sending = Task.Run(async () =>
        {
            var bytes = new byte[send];
            new Random(send).NextBytes(bytes);
            for (var left = bytes.AsMemory(); !left.IsEmpty;)
                left = left[await socket.SendAsync(left[..Math.Min(left.Length, 100_000)]).AsTask().WaitAsync(KernelPath.Limit)..];
            socket.Shutdown(SocketShutdown.Send);
            return SHA256.HashData(bytes);
        });
        var receiving = Task.Run(async () =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[100_000];
            while (await socket.ReceiveAsync(buffer).WaitAsync(KernelPath.Limit) is > 0 and var count)
                hash.AppendData(buffer, 0, count);
            return hash.GetCurrentHash();
        });
        return (await sending, await receiving);
    }

    /// <summary>Our end: hashes what comes, sends a pattern, and closes.</summary>
    private sealed class Echo : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly long _size;
        private Transfer? _transfer;

        public Echo(KernelPath path, long size)
        {
            _size = size;
            path.On = Happened;
        }

        public TcpConnection? Connection { get; private set; }

        public bool IsDone { get; private set; }

        public byte[] Hash => _hash.GetCurrentHash();

        public void Use(TcpConnection connection)
        {
            Connection = connection;
            _transfer = new Transfer(connection, _size);
        }

        public string Describe(KernelPath path) => path.Do((_, _) => $"{Connection}");

        public void Dispose() => _hash.Dispose();

        private void Happened(NetstackEvent happened, Timestamp now)
        {
            if (Connection is null)
                Use(happened.Connection!);
            while (Connection!.Peek() is { IsEmpty: false } piece)
            {
                _hash.AppendData(piece.Span);
                Connection.Consume(now, piece.Length);
            }
            _transfer!.Pump();
            IsDone |= Connection.IsAtEnd;
        }
    }
}
