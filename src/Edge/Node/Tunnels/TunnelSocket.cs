using System.Net.Sockets;
using System.Text;
using Edge.Io.Native;

namespace Edge.Node.Tunnels;

/// <summary>
/// A running tunnel's Unix socket, for its owner alone: a client sends one word and a line end, gets one answer, and the connection is closed.
/// One client at a time, each for a few seconds at most.
/// </summary>
internal sealed class TunnelSocket : IAsyncDisposable
{
    public const string StatusRequest = "status";
    public const string DownRequest = "down";

    private const int MaxRequest = 64;
    private const int MaxAnswer = 64 << 20;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, Task<byte[]>> _answer;
    private Task _loop = Task.CompletedTask;

    private TunnelSocket(Func<string, Task<byte[]>> answer) => _answer = answer;

    /// <param name="path">A socket that is there is taken for a dead one's.</param>
    /// <param name="answer">Gives the answer to a request; empty for one that it does not know.</param>
    /// <exception cref="SystemError">It cannot be made.</exception>
    public static TunnelSocket Listen(string path, Func<string, Task<byte[]>> answer)
    {
        var listener = new TunnelSocket(answer);
        try
        {
            File.Delete(path);
            listener._socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener._socket.Listen(4);
        }
        catch (SocketException e)
        {
            listener._socket.Dispose();
            throw new SystemError($"listening on {path}", e.ErrorCode);
        }
        listener._loop = listener.Accept();
        return listener;
    }

    /// <summary>Asks a running tunnel.</summary>
    /// <returns>Its answer; null: nobody is there.</returns>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    public static async Task<byte[]?> Ask(string path, string request, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes(request + "\n"), limit.Token);
            using var answer = new MemoryStream();
            var buffer = new byte[65_536];
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var count && answer.Length < MaxAnswer)
                answer.Write(buffer, 0, count);
            return answer.ToArray();
        }
        catch (SocketException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{path} does not answer");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task Accept()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _socket.AcceptAsync(_stop.Token);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                limit.CancelAfter(s_limit);
                await Serve(client, limit.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The client went away, was too slow, or the tunnel ends.
            }
        }
    }

    private async Task Serve(Socket client, CancellationToken cancellation)
    {
        var buffer = new byte[MaxRequest];
        var used = 0;
        while (used < MaxRequest && !buffer.AsSpan(0, used).Contains((byte)'\n'))
        {
            var count = await client.ReceiveAsync(buffer.AsMemory(used), cancellation);
            if (count == 0)
                break;
            used += count;
        }
        ReadOnlyMemory<byte> answer = await _answer(Encoding.ASCII.GetString(buffer, 0, used).TrimEnd('\n'));
        while (answer.Length > 0)
            answer = answer[await client.SendAsync(answer, cancellation)..];
    }
}
