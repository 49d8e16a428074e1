using System.Net.Security;
using System.Text;
using Edge.Foundation.Netmap;
using Edge.Io;

namespace Edge.Bench.Tailnet;

/// <summary>A page that is asked for through the tunnel, of a server that may be on its way still.</summary>
/// <param name="Path">With its query.</param>
/// <param name="HasTls">Over https.</param>
internal sealed record PageRequest(string Path, bool HasTls)
{
    // Who asks does not wait for what was lost while the server was on its way.
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(5);

    /// <summary>Asks again and again, without waiting for those that were lost, until one page with status 200 is there whole.</summary>
    public async Task Get(IDialler dialler, TailnetNode peer, CancellationToken cancellation)
    {
        using var won = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var asking = new List<Task<bool>>();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            asking.Add(AskOnce(dialler, peer.Addresses[0].Address.ToString(), won.Token));
            var pause = Task.Delay(s_again, cancellation);
            while (await Task.WhenAny([.. asking, pause]) is Task<bool> done)
            {
                asking.Remove(done);
                if (!await done) continue;
                await won.CancelAsync();
                await Task.WhenAll(asking);
                return;
            }
        }
    }

    private async Task<bool> AskOnce(IDialler dialler, string address, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await dialler.Dial(address, HasTls ? 443 : 80, cancellation);
            if (!HasTls) return await Exchange(stream, cancellation) is not null;
#pragma warning disable CA5359 // The server's certificate is its own: what is measured is time.
            await using var tls = new SslStream(stream, leaveInnerStreamOpen: false, static (_, _, _, _) => true);
#pragma warning restore CA5359
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "bench.test" }, cancellation);
            return await Exchange(tls, cancellation) is not null;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Asks on a connection and reads to its end.</summary>
    /// <returns>The bytes that came, the head's too; null: it was no 200.</returns>
    public async Task<long?> Exchange(Stream stream, CancellationToken cancellation)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {Path} HTTP/1.1\r\nHost: bench.test\r\nConnection: close\r\n\r\n"), cancellation);
        await stream.FlushAsync(cancellation);
        var buffer = new byte[64 * 1024];
        var first = await stream.ReadAsync(buffer, cancellation);
        var isOk = Encoding.ASCII.GetString(buffer, 0, first).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        long all = first;
        for (int more; (more = await stream.ReadAsync(buffer, cancellation)) > 0;)
            all += more;
        return isOk ? all : null;
    }
}
