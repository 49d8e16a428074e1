using System.Net;

namespace Edge.Io;

/// <summary>
/// Dials all addresses of a name, IPv6 and IPv4 in turn, each begun a moment after the one before it
/// (RFC 8305, "happy eyeballs"); the first that connects wins.
/// </summary>
internal sealed class Dialler(IResolver resolver, TimeProvider time, IConnector? connector = null) : IDialler
{
    /// <summary>RFC 8305, section 5: the recommended Connection Attempt Delay.</summary>
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>A name may have hundreds of addresses; if none of this many answers, the rest will hardly.</summary>
    private const int MaxAttempts = 8;

    private readonly IConnector _connector = connector ?? new HostConnector();

    public async ValueTask<Stream> Dial(string host, int port, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out var literal))
            return await Connect(new IPEndPoint(literal, port), cancellation);
        var addresses = Interleave(await resolver.Resolve(host, cancellation));
        if (addresses.Count == 1)
            return await Connect(new IPEndPoint(addresses[0], port), cancellation);
        return await Race(host, addresses, port, cancellation);
    }

    /// <summary>RFC 8305, section 4: the families take turns, the resolver's first one begins.</summary>
    internal static List<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        var first = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily));
        var second = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily != addresses[0].AddressFamily));
        List<IPAddress> ordered = [];
        while (ordered.Count < MaxAttempts && first.Count + second.Count > 0)
        {
            if (first.TryDequeue(out var address)) ordered.Add(address);
            if (second.TryDequeue(out address)) ordered.Add(address);
        }
        return ordered;
    }

    private async Task<Stream> Race(string host, List<IPAddress> addresses, int port, CancellationToken cancellation)
    {
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task<Stream>> attempts = [];
        List<string> failures = [];
        var next = 0;
        try
        {
            while (true)
            {
                if (next < addresses.Count) attempts.Add(Connect(new IPEndPoint(addresses[next++], port), race.Token));
                using var delay = CancellationTokenSource.CreateLinkedTokenSource(race.Token);
                var pause = Task.Delay(next < addresses.Count ? AttemptDelay : Timeout.InfiniteTimeSpan, time, delay.Token);
                var done = await Task.WhenAny(attempts.Append(pause));
                await delay.CancelAsync();
                if (done is not Task<Stream> attempt)
                {
                    cancellation.ThrowIfCancellationRequested();
                    continue;
                }
                attempts.Remove(attempt);
                if (attempt.IsCompletedSuccessfully) return attempt.Result;
                cancellation.ThrowIfCancellationRequested();
                failures.Add(attempt.Exception?.InnerException?.Message ?? "cancelled");
                if (attempts.Count == 0 && next == addresses.Count)
                    throw new DialException(DialStep.Connect, $"no address of {host} answers: {string.Join("; ", failures)}");
            }
        }
        finally
        {
            await race.CancelAsync();
            foreach (var attempt in attempts) _ = Abandon(attempt);
        }
    }

    /// <summary>An attempt that lost may have connected at the same moment: nobody else would close it.</summary>
    private static async Task Abandon(Task<Stream> attempt)
    {
        try
        {
            await (await attempt).DisposeAsync();
        }
        catch (Exception e) when (e is DialException or OperationCanceledException)
        {
        }
    }

    private Task<Stream> Connect(IPEndPoint endpoint, CancellationToken cancellation) => _connector.Connect(endpoint, cancellation).AsTask();
}
