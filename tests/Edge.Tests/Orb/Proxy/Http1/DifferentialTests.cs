using System.Net.Sockets;
using System.Text;
using Edge.Orb.Proxy;
using Edge.Orb.Proxy.Http1;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>
/// The same bytes read by our client and by the platform's (SocketsHttpHandler), whole and in pieces: both make the same of them, but for
/// what <see cref="RawResponses"/> says and gives the reason for.
/// </summary>
public sealed class DifferentialTests
{
    public static IEnumerable<string> Names() => RawResponses.All.Select(response => response.Name);

    [Test]
    [MethodDataSource(nameof(Names))]
    public async Task A_response_is_the_same_to_both_clients_however_it_comes_in_pieces(string name)
    {
        var response = RawResponses.All.Single(response => response.Name == name);
        var bytes = Encoding.Latin1.GetBytes(response.Bytes);
        var whole = await Ours(response, new PiecedStream(bytes, [], isSlow: false));
        var theirs = await Answer.OfPlatform(new PiecedStream(bytes, [], isSlow: false), response.Method);
        if (response.Difference is { } difference)
        {
            await Assert.That(whole).IsNotEqualTo(theirs).Because($"a difference is claimed: {difference}");
            await Assert.That(whole is null ? null : $"{whole.Status} {whole.Body}").IsEqualTo(response.Ours);
        }
        else
        {
            await Assert.That(whole).IsEqualTo(theirs);
        }

        for (var cut = 1; cut < bytes.Length; cut++)
        {
            await Assert.That(await Ours(response, new PiecedStream(bytes, [cut], isSlow: cut % 2 == 0))).IsEqualTo(whole).Because($"cut at {cut}");
            await Assert.That(await Answer.OfPlatform(new PiecedStream(bytes, [cut], isSlow: cut % 2 == 0), response.Method)).IsEqualTo(theirs).Because($"cut at {cut}");
        }
        var all = Enumerable.Range(1, bytes.Length).ToList();
        foreach (var isSlow in new[] { false, true })
            await Assert.That(await Ours(response, new PiecedStream(bytes, all, isSlow))).IsEqualTo(whole).Because("cut at every byte");
    }

    [Test]
    public async Task Responses_over_sockets_are_what_they_are_in_memory()
    {
        foreach (var response in RawResponses.All)
        {
            var bytes = Encoding.Latin1.GetBytes(response.Bytes);
            await using var upstream = new RawUpstream(async stream =>
            {
                await RawUpstream.ReadHead(stream);
                stream.Socket.NoDelay = true;
                foreach (var piece in bytes) await stream.WriteAsync(new[] { piece });
                // Closed without a reset, so that all of it arrives.
                stream.Socket.Shutdown(SocketShutdown.Send);
                while (await stream.ReadAsync(new byte[100]) > 0)
                {
                }
            });
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync("127.0.0.1", upstream.Port);
            var over = await Ours(response, new NetworkStream(socket, ownsSocket: true));
            await Assert.That(over).IsEqualTo(await Ours(response, new PiecedStream(bytes, [], isSlow: false))).Because(response.Name);
        }
    }

    private static async Task<Answer?> Ours(RawResponse response, Stream connection)
    {
        var client = new Http1Client("upstream.example", _ => new(connection), TimeProvider.System);
        using var cancellation = new CancellationTokenSource();
        try
        {
            using var answer = await client.Send(new UpstreamRequest(response.Method, "/"), cancellation.Token).AsTask().WaitAsync(Limits.Generous);
            return await Answer.Of(answer);
        }
        catch (IOException)
        {
            return null;
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }
}
