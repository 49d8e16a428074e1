using System.Net.Sockets;
using Edge.Protocols.Dns;

namespace Edge.Io.Names;

/// <summary>Answers the questions of one connection, several at a time (RFC 7766 section 6.2.1.1); one that is idle for ten seconds is ended (section 6.2.3).</summary>
internal static class NameConversation
{
    /// <summary>Questions of one connection under way.</summary>
    private const int MostPipelined = 16;

    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    /// <summary>An answer is not answered: two servers would go on for ever over a forged one.</summary>
    public static bool IsQuestion(ReadOnlySpan<byte> message) => DnsHeader.TryRead(message, out var header) && !header.IsResponse;

    /// <summary>Returns when the connection has ended, for whatever reason.</summary>
    /// <param name="stream">Disposed of.</param>
    /// <param name="server">Answers.</param>
    /// <param name="time">For idle connections.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task Hold(Stream stream, INameServer server, TimeProvider time, CancellationToken stop)
    {
        await using var owned = stream;
        using var slots = new SemaphoreSlim(MostPipelined);
        using var writing = new SemaphoreSlim(1);
        var answers = new List<Task>();
        try
        {
            try
            {
                while (true)
                {
                    await slots.WaitAsync(stop);
                    using var idle = new CancellationTokenSource(s_idle, time);
                    using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, stop);
                    var query = await DnsStream.Read(stream, either.Token);
                    if (query is null || !IsQuestion(query))
                        return;
                    answers.RemoveAll(static answer => answer.IsCompleted);
                    answers.Add(Answer(stream, query));
                }
            }
            finally
            {
                await Task.WhenAll(answers);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side is gone or idle, or this one stops.
        }

        async Task Answer(Stream stream, byte[] query)
        {
            var answer = await server.Ask(query, DnsTransport.Tcp);
            await writing.WaitAsync(stop);
            try
            {
                using var slow = new CancellationTokenSource(s_idle, time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, stop);
                await DnsStream.Write(stream, answer, either.Token);
            }
            finally
            {
                writing.Release();
                slots.Release();
            }
        }
    }
}
