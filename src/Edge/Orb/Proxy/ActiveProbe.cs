using System.Globalization;
using Edge.Foundation.Configuration;
using Edge.Io.Http;

namespace Edge.Orb.Proxy;

/// <summary>Asks one upstream at intervals whether it is well.</summary>
internal sealed class ActiveProbe(Backend backend, ActiveHealthCheck check, TimeProvider time)
{
    /// <summary>How much of a body is read so that the next check finds the connection, in bytes.</summary>
    private const int MostBody = 64 * 1024;

    /// <summary>Checks at once, then at each interval, until the server ends. Never throws.</summary>
    public async Task Run(CancellationToken stopping)
    {
        // The first check must not hold up the composition that starts it.
        await Task.Yield();
        using var timer = new PeriodicTimer(check.Interval, time);
        try
        {
            do
            {
                backend.Health.Checked(await Check(stopping));
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <returns>Null when the upstream is well, else what is wrong.</returns>
    private async Task<string?> Check(CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(check.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            var request = new UpstreamRequest("GET", check.Path) { IsHttp2 = backend.Transport.UsesHttp2(isGrpc: false) };
            request.Fields.Add("User-Agent", "edge-health-check");
            using var response = await backend.Transport.Send(request, either.Token);
            var status = response.Status;
            await Finish(response);
            var isExpected = check.ExpectStatus is { } expected ? status == expected : status is >= 200 and <= 399;
            return isExpected ? null : string.Create(CultureInfo.InvariantCulture, $"{check.Path} has status {status}");
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{check.Path} was not answered within {check.Timeout.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return HttpFault.Describe(e);
        }
    }

    /// <summary>Reads the body, which says nothing: a connection whose response was not read to the end would be closed, and a new one made for each check.</summary>
    private static async Task Finish(UpstreamResponse response)
    {
        try
        {
            for (var read = 0; read < MostBody;)
            {
                var piece = await response.Read();
                if (piece.IsEmpty) return;
                read += piece.Length;
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The status is the answer.
        }
    }
}
