namespace Edge.Node.Tunnels;

/// <summary>Waits until a tunnel that was asked to end has undone everything: its record goes last.</summary>
internal static class TunnelEnd
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    /// <exception cref="TimeoutException">It is still there.</exception>
    public static async Task Wait(string directory, string name, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_limit);
        var record = RunDirectory.Open(directory).RecordOf(name);
        try
        {
            while (File.Exists(record))
                await Task.Delay(20, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"it is still there after {s_limit.TotalSeconds} s");
        }
    }
}
