using Edge.Io.Native;

namespace Edge.Cli;

/// <summary>What starting left behind, and will not be needed again, is half of what a small server holds: it is given back.</summary>
internal static class Settling
{
    /// <summary>The first requests have been answered by then.</summary>
    private static readonly TimeSpan s_time = TimeSpan.FromMilliseconds(100);

    public static async Task Run(CancellationToken stopping)
    {
        await Task.Delay(s_time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopping.IsCancellationRequested)
            return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        ProgramImage.GiveBackAll();
    }
}
