using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Edge.Foundation.Addresses;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Protocols.Netstack;
using Edge.Tests.Orb;
using Microsoft.AspNetCore.Connections;

namespace Edge.Tests.Networks;

/// <summary>The pipes over a netstack's connection: what Kestrel and HTTP clients hold.</summary>
public sealed class TunnelConnectionTests
{
    [Test]
    [Arguments(0)]
    [Arguments(20)]
    public async Task Bytes_arrive_whole_in_both_directions(int lost)
    {
        await using var pair = new NetworkPair(lost: lost);
        var (client, server) = await pair.Connect();
        var there = RandomNumberGenerator.GetBytes(2_000_003);
        var back = RandomNumberGenerator.GetBytes(1_500_001);
        var sending = Task.WhenAll(Write(client.Output, there), Write(server.Output, back));
        var received = await Task.WhenAll(ReadAll(server.Input), ReadAll(client.Input)).WaitAsync(OrbRun.Limit);
        await sending;
        await Assert.That(received[0].AsSpan().SequenceEqual(there)).IsTrue();
        await Assert.That(received[1].AsSpan().SequenceEqual(back)).IsTrue();
    }

    [Test]
    public async Task What_comes_after_the_other_side_has_finished_is_still_heard()
    {
        await using var pair = new NetworkPair();
        var (client, server) = await pair.Connect();
        await Write(client.Output, "a question"u8.ToArray());
        await Assert.That(await ReadAll(server.Input)).IsEquivalentTo("a question"u8.ToArray());
        await Assert.That(server.Closed.IsCancellationRequested).IsFalse();
        await Write(server.Output, "an answer"u8.ToArray());
        await Assert.That(await ReadAll(client.Input)).IsEquivalentTo("an answer"u8.ToArray());
    }

    [Test]
    public async Task A_reset_breaks_the_reader_and_ends_the_connection()
    {
        await using var pair = new NetworkPair();
        var (client, server) = await pair.Connect();
        var reading = server.Input.ReadAsync().AsTask();
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = server.Closed.Register(closed.SetResult);
        client.Abort();
        await Assert.That(async () => await reading.WaitAsync(OrbRun.Limit)).Throws<ConnectionResetException>();
        await closed.Task.WaitAsync(OrbRun.Limit);
        server.Output.Write("nobody hears this"u8);
        await Assert.That((await server.Output.FlushAsync()).IsCompleted).IsTrue();
        await Assert.That(async () => await client.Input.ReadAsync()).Throws<ConnectionAbortedException>();
    }

    [Test]
    public async Task A_reader_that_stalls_holds_its_buffers_and_no_more()
    {
        const int Window = 256 * 1024;
        await using var pair = new NetworkPair(new NetstackOptions { MaxReceiveWindow = Window, MaxSendBuffer = Window });
        var (client, server) = await pair.Connect();
        var noise = RandomNumberGenerator.GetBytes(64 * 1024);
        var written = 0L;
        Task flushing;
        do
        {
            client.Output.Write(noise);
            written += noise.Length;
            flushing = client.Output.FlushAsync().AsTask();
            await Task.WhenAny(flushing, pair.Until(() => pair.B.Blocks.Used >= 60 * 1024 && client.Room <= 0));
        }
        while (flushing.IsCompleted && written < 64 << 20);
        await Assert.That(written).IsLessThanOrEqualTo(3 * Window + noise.Length);
        await Assert.That(pair.B.Blocks.Used).IsLessThanOrEqualTo(Window + 64 * 1024);
        await Assert.That(pair.A.Blocks.Used).IsLessThanOrEqualTo(2 * Window + 64 * 1024);
        client.Output.Complete();
        var received = await ReadAll(server.Input);
        await Assert.That(received.LongLength).IsEqualTo(written);
    }

    [Test]
    public async Task An_idle_connection_holds_no_block()
    {
        await using var pair = new NetworkPair();
        var (client, server) = await pair.Connect();
        for (var i = 0; i < 3; i++)
        {
            client.Output.Write("GET / HTTP/1.1\r\n\r\n"u8);
            await client.Output.FlushAsync();
            var request = await server.Input.ReadAsync();
            server.Input.AdvanceTo(request.Buffer.End);
            server.Output.Write("HTTP/1.1 204 No Content\r\n\r\n"u8);
            await server.Output.FlushAsync();
            var response = await client.Input.ReadAsync();
            client.Input.AdvanceTo(response.Buffer.End);
        }
        // What was read last goes back when there is a reader again.
        _ = client.Input.ReadAsync().AsTask();
        _ = server.Input.ReadAsync().AsTask();
        await pair.Until(() => pair.A.Blocks.Used == 0 && pair.B.Blocks.Used == 0);
    }

    [Test]
    public async Task A_reader_sees_what_it_has_not_consumed_again_and_waits_for_more_than_it_has_examined()
    {
        await using var pair = new NetworkPair();
        var (client, server) = await pair.Connect();
        client.Output.Write("one"u8);
        await client.Output.FlushAsync();
        var first = await server.Input.ReadAsync();
        server.Input.AdvanceTo(first.Buffer.GetPosition(1), first.Buffer.End);
        await Assert.That(server.Input.TryRead(out _)).IsFalse();
        var second = server.Input.ReadAsync().AsTask();
        await Assert.That(second.IsCompleted).IsFalse();
        client.Output.Write("two"u8);
        await client.Output.FlushAsync();
        var read = await second.WaitAsync(OrbRun.Limit);
        await Assert.That(read.Buffer.ToArray()).IsEquivalentTo("netwo"u8.ToArray());
        server.Input.AdvanceTo(read.Buffer.Start);
        await Assert.That(server.Input.TryRead(out read)).IsTrue();
        await Assert.That(read.Buffer.ToArray()).IsEquivalentTo("netwo"u8.ToArray());
    }

    [Test]
    public async Task A_pending_read_can_be_cancelled_and_tried_again()
    {
        await using var pair = new NetworkPair();
        var (client, server) = await pair.Connect();
        var reading = server.Input.ReadAsync().AsTask();
        server.Input.CancelPendingRead();
        var read = await reading.WaitAsync(OrbRun.Limit);
        await Assert.That(read.IsCanceled).IsTrue();
        server.Input.AdvanceTo(read.Buffer.Start);
        using var source = new CancellationTokenSource();
        reading = server.Input.ReadAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.That(async () => await reading.WaitAsync(OrbRun.Limit)).Throws<OperationCanceledException>();
        await Write(client.Output, "still here"u8.ToArray());
        await Assert.That(await ReadAll(server.Input)).IsEquivalentTo("still here"u8.ToArray());
    }

    [Test]
    public async Task A_port_that_nobody_opened_refuses()
    {
        await using var pair = new NetworkPair();
        var failure = await Assert.That(async () => await pair.A.Dial(new Endpoint(pair.B.Addresses[0], 81), CancellationToken.None)).Throws<DialException>();
        await Assert.That(failure!.Message).Contains("10.7.0.2:81").And.Contains("`a`").And.Contains("refuses");
    }

    [Test]
    public async Task A_port_that_was_closed_refuses_and_its_connections_stay()
    {
        await using var pair = new NetworkPair();
        var listener = pair.B.Listen(82, static _ => { });
        var (client, server) = await pair.Connect();
        pair.B.Close(listener);
        await Assert.That(async () => await pair.A.Dial(new Endpoint(pair.B.Addresses[0], 82), CancellationToken.None)).Throws<DialException>();
        await Write(client.Output, "still here"u8.ToArray());
        await Assert.That(await ReadAll(server.Input)).IsEquivalentTo("still here"u8.ToArray());
    }

    [Test]
    public async Task A_dial_that_is_cancelled_leaves_nothing_behind()
    {
        await using var pair = new NetworkPair(lost: 1000);
        using var source = new CancellationTokenSource();
        var dialling = pair.A.Dial(new Endpoint(pair.B.Addresses[0], 80), source.Token).AsTask();
        await pair.Until(() => pair.A.Connections == 1);
        await source.CancelAsync();
        await Assert.That(async () => await dialling.WaitAsync(OrbRun.Limit)).Throws<OperationCanceledException>();
        await pair.Until(() => pair.A.Connections == 0 && pair.A.Stack.Connections == 0);
    }

    [Test]
    public async Task Who_lets_go_of_unread_bytes_resets_and_of_none_finishes()
    {
        await using var pair = new NetworkPair();
        var (client, server) = await pair.Connect();
        client.Output.Write("unread"u8);
        await client.Output.FlushAsync();
        await server.Input.ReadAsync();
        await server.DisposeAsync();
        await Assert.That(async () => await ReadAll(client.Input).WaitAsync(OrbRun.Limit)).Throws<ConnectionResetException>();

        (client, server) = await pair.Connect(83);
        server.Output.Write("goodbye"u8);
        await server.DisposeAsync();
        await Assert.That(await ReadAll(client.Input)).IsEquivalentTo("goodbye"u8.ToArray());
        await client.DisposeAsync();
        await pair.Until(() => pair.A.Connections == 0 || pair.B.Connections == 0);
    }

    [Test]
    public async Task As_a_stream_it_carries_both_directions_and_ends()
    {
        await using var pair = new NetworkPair(lost: 5);
        var (client, server) = await pair.Connect();
        await using var near = new TunnelStream(client);
        await using var far = new TunnelStream(server);
        var noise = RandomNumberGenerator.GetBytes(300_001);
        var writing = near.WriteAsync(noise).AsTask().ContinueWith(_ => near.FinishWriting(), TaskScheduler.Default);
        var copy = new MemoryStream();
        await far.CopyToAsync(copy).WaitAsync(OrbRun.Limit);
        await writing;
        await Assert.That(copy.ToArray().AsSpan().SequenceEqual(noise)).IsTrue();
        await Assert.That(await far.ReadAsync(new byte[1])).IsEqualTo(0);
        await far.DisposeAsync();
        await Assert.That(await near.ReadAsync(new byte[1])).IsEqualTo(0);
        // Its blocks may be another connection's from here on.
        await near.DisposeAsync();
        await Assert.That(async () => await near.WriteAsync(new byte[1])).Throws<ObjectDisposedException>();
        await Assert.That(async () => await near.ReadAsync(new byte[1])).Throws<ObjectDisposedException>();
    }

    [Test]
    public async Task The_end_of_a_network_breaks_its_connections()
    {
        await using var pair = new NetworkPair();
        var (client, server) = await pair.Connect();
        var reading = server.Input.ReadAsync().AsTask();
        await pair.Until(() =>
        {
            pair.B.DropAll();
            return true;
        });
        await Assert.That(async () => await reading.WaitAsync(OrbRun.Limit)).Throws<ConnectionResetException>();
        await Assert.That(async () => await ReadAll(client.Input).WaitAsync(OrbRun.Limit)).Throws<ConnectionResetException>();
        pair.A.Stop("has ended");
        var failure = await Assert.That(async () => await pair.A.Dial(new Endpoint(pair.B.Addresses[0], 80), CancellationToken.None)).Throws<DialException>();
        await Assert.That(failure!.Message).Contains("has ended");
    }

    private static async Task Write(PipeWriter output, byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; at += 10_000)
        {
            output.Write(bytes.AsSpan(at, Math.Min(10_000, bytes.Length - at)));
            await output.FlushAsync();
        }
        await output.CompleteAsync();
    }

    private static async Task<byte[]> ReadAll(PipeReader input)
    {
        var all = new MemoryStream();
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        while (true)
        {
            var read = await input.ReadAsync(limit.Token);
            foreach (var piece in read.Buffer)
                all.Write(piece.Span);
            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return all.ToArray();
        }
    }
}
