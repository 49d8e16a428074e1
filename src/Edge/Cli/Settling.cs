using Edge.Io.Native;

namespace Edge.Cli;

/// <summary>
/// What starting left behind, and will not be needed again, is half of what a small server holds, and what joining a network runs is as much
/// again: it is given back.
/// </summary>
internal static class Settling
{
    /// <summary>The first requests have been answered by then.</summary>
    private static readonly TimeSpan s_startingTime = TimeSpan.FromMilliseconds(100);

    /// <summary>A network that is up has joined, and the first of its peers have found it; and one that rests has given its packets' memory back.</summary>
    private static readonly TimeSpan s_joiningTime = TimeSpan.FromSeconds(12);

    /// <param name="hasJoined">Asked now and then, where networks are joined.</param>
    /// <param name="stopping">Nothing is given back from then on.</param>
    public static async Task Run(Func<bool>? hasJoined, CancellationToken stopping)
    {
        await Task.Delay(s_startingTime, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        GiveBack(stopping);
        if (hasJoined is null)
            return;
        do
            await Task.Delay(s_joiningTime, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stopping.IsCancellationRequested && !hasJoined());
        GiveBack(stopping);
    }

    private static void GiveBack(CancellationToken stopping)
    {
        if (stopping.IsCancellationRequested)
            return;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        ProgramImage.GiveBackAll();
    }
}
