using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Threading.Channels;
using Edge.Foundation.Addresses;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Tests.Orb;

namespace Edge.Tests.Networks;

/// <summary>UDP inside of a network, and what a network says to itself.</summary>
public sealed class NetworkSocketTests
{
    [Test]
    [Arguments("10.9.0.2")]
    [Arguments("fd09::2")]
    public async Task Datagrams_of_all_sizes_arrive_whole_and_are_answered(string address)
    {
        NetworkSocket? echo = null;
        await using var pair = new LinkedNetworks((_, b) => echo = b.Bind(null, 7, static (socket, local, remote, bytes) => socket.Send(local, remote, bytes)));
        await pair.Up();
        var to = LinkedNetworks.EndpointOf(address, 7);
        var arrived = Channel.CreateUnbounded<(Endpoint From, byte[] Bytes)>();
        using var socket = await pair.A.Network.BindFree(to.Address, (_, _, remote, bytes) => arrived.Writer.TryWrite((remote, bytes.ToArray())), CancellationToken.None);
        foreach (var size in new[] { 0, 1, 1232, 1233, 3000, 20_000 })
        {
            var sent = RandomNumberGenerator.GetBytes(size);
            await Assert.That(socket.Send(socket.Local, to, sent)).IsTrue();
            var (from, bytes) = await arrived.Reader.ReadAsync().AsTask().WaitAsync(OrbRun.Limit);
            await Assert.That(from).IsEqualTo(to);
            await Assert.That(bytes.AsSpan().SequenceEqual(sent)).IsTrue();
        }
        await Assert.That(echo!.Port).IsEqualTo((ushort)7);
    }

    [Test]
    public async Task A_closed_port_is_silent_and_free_again()
    {
        await using var pair = new LinkedNetworks();
        await pair.Up();
        var first = pair.A.Network.Bind(null, 99, static (_, _, _, _) => { });
        first.Dispose();
        await Assert.That(first.Send(LinkedNetworks.EndpointOf("10.9.0.1", 99), LinkedNetworks.EndpointOf("10.9.0.2", 99), [1])).IsFalse();
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var second = pair.A.Network.Bind(null, 99, (_, _, _, _) => heard.TrySetResult());
        using var other = await pair.A.Network.BindFree(IpAddress.V4(0), static (_, _, _, _) => { }, CancellationToken.None);
        await Assert.That(other.Port).IsNotEqualTo((ushort)99).And.IsNotEqualTo((ushort)0);
        other.Send(other.Local, LinkedNetworks.EndpointOf("10.9.0.1", 99), [1]);
        await heard.Task.WaitAsync(OrbRun.Limit);
    }

    [Test]
    public async Task Where_the_network_does_not_run_there_is_no_port()
    {
        var pair = new LinkedNetworks();
        await pair.Up();
        await pair.DisposeAsync();
        await Assert.That(async () => await pair.A.Network.BindFree(IpAddress.V4(0), static (_, _, _, _) => { }, CancellationToken.None)).Throws<DialException>();
    }

    /// <summary>A connection to one of our own addresses never leaves: large segments, both ways at once.</summary>
    [Test]
    [Arguments("10.9.0.1")]
    [Arguments("fd09::1")]
    public async Task A_network_talks_to_itself(string address)
    {
        await using var pair = new LinkedNetworks();
        await pair.Up();
        var before = pair.A.Figures.PacketsOut;
        var accepted = new TaskCompletionSource<TunnelConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.A.Network.Listen(80, accepted.SetResult);
        await using var client = new TunnelStream(await pair.A.Network.Dial(LinkedNetworks.EndpointOf(address, 80), CancellationToken.None));
        await using var server = new TunnelStream(await accepted.Task.WaitAsync(OrbRun.Limit));
        var there = RandomNumberGenerator.GetBytes(3_000_001);
        var back = RandomNumberGenerator.GetBytes(2_000_003);
        var writing = Task.WhenAll(Write(client, there), Write(server, back));
        var (atServer, atClient) = (new byte[there.Length], new byte[back.Length]);
        await Task.WhenAll(server.ReadExactlyAsync(atServer).AsTask(), client.ReadExactlyAsync(atClient).AsTask(), writing).WaitAsync(OrbRun.Limit);
        await Assert.That(atServer.AsSpan().SequenceEqual(there)).IsTrue();
        await Assert.That(atClient.AsSpan().SequenceEqual(back)).IsTrue();
        await Assert.That(pair.A.Figures.PacketsOut).IsEqualTo(before);
    }

    [Test]
    public async Task The_networks_thread_allocates_nothing_for_datagrams()
    {
        const int Rounds = 400;
        const int Burst = 8;
        await using var pair = new LinkedNetworks(static (_, b) => b.Bind(null, 7, static (socket, local, remote, bytes) => socket.Send(local, remote, bytes)));
        await pair.Up();
        var to = LinkedNetworks.EndpointOf("10.9.0.2", 7);
        using var arrived = new SemaphoreSlim(0);
        using var socket = await pair.A.Network.BindFree(to.Address, (_, _, _, _) => arrived.Release(), CancellationToken.None);
        await Run();
        var (beforeA, beforeB) = (await pair.A.AllocatedBytes(), await pair.B.AllocatedBytes());
        await Run();
        // To ask is a message too.
        await Assert.That(await pair.A.AllocatedBytes() - beforeA).IsLessThan(Rounds);
        await Assert.That(await pair.B.AllocatedBytes() - beforeB).IsLessThan(Rounds);

        async Task Run()
        {
            for (var round = 0; round < Rounds; round++)
            {
                for (var i = 0; i < Burst; i++)
                    socket.Send(socket.Local, to, [1, 2, 3]);
                for (var i = 0; i < Burst; i++)
                    await Assert.That(await arrived.WaitAsync(OrbRun.Limit)).IsTrue();
            }
        }
    }

    [Test]
    [Arguments(0, 512)]
    [Arguments(1024, 256)]
    [Arguments(64 * 1024, 4)]
    public async Task What_waits_is_bounded_in_number_and_bytes(int size, int most)
    {
        var batch = new DatagramBatch();
        for (var turn = 0; turn < 2; turn++)
        {
            var count = 0;
            for (; batch.TryReserve(size, out var room); count++)
            {
                room.Fill((byte)count);
                batch.Commit(default, new Endpoint(default, (ushort)count), size);
            }
            await Assert.That(count).IsEqualTo(most);
            for (var i = 0; i < count; i++)
            {
                await Assert.That(IsNext(batch, i, size)).IsTrue();
                // What is being emptied takes nothing new in.
                await Assert.That(batch.IsEmpty).IsEqualTo(i == count - 1);
            }
            await Assert.That(batch.TryTake(out _, out _, out _)).IsFalse();
        }
    }

    [Test]
    public async Task A_receiver_that_stands_still_costs_others_nothing()
    {
        using var goOn = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var received = new ConcurrentQueue<int>();
        await using var pair = new LinkedNetworks();
        await pair.Up();
        using var still = pair.A.Network.Bind(null, 8, (_, _, _, bytes) =>
        {
            received.Enqueue(bytes[0]);
            entered.TrySetResult();
            goOn.Wait();
        });
        using var sender = await pair.A.Network.BindFree(IpAddress.V4(0), static (_, _, _, _) => { }, CancellationToken.None);
        var to = LinkedNetworks.EndpointOf("10.9.0.1", 8);
        sender.Send(sender.Local, to, [1]);
        await entered.Task.WaitAsync(OrbRun.Limit);
        using (var limit = new CancellationTokenSource(OrbRun.Limit))
        {
            while (still.Dropped == 0)
            {
                limit.Token.ThrowIfCancellationRequested();
                sender.Send(sender.Local, to, new byte[4096]);
            }
        }
        // The network goes on for others.
        var accepted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.A.Network.Listen(81, connection =>
        {
            connection.Abort();
            accepted.SetResult();
        });
        await using (await pair.A.Network.Dial(LinkedNetworks.EndpointOf("10.9.0.1", 81), CancellationToken.None))
            await accepted.Task.WaitAsync(OrbRun.Limit);
        goOn.Set();
        await Assert.That(received.First()).IsEqualTo(1);
    }

    private static bool IsNext(DatagramBatch batch, int index, int size) =>
        batch.TryTake(out _, out var remote, out var bytes) && remote.Port == index && bytes.Length == size && !bytes.ContainsAnyExcept((byte)index);

    private static async Task Write(TunnelStream stream, byte[] bytes)
    {
        await stream.WriteAsync(bytes);
        stream.FinishWriting();
    }
}
