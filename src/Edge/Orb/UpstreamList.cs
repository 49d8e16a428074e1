using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Edge.Orb;

/// <summary>The upstreams of all handlers, for those who tell about them. Safe to use from any thread.</summary>
internal sealed class UpstreamList
{
    private readonly ConcurrentQueue<(string Name, Func<bool> IsHealthy, Func<int> UnderWay)> _all = [];

    /// <param name="name">Its address.</param>
    /// <param name="isHealthy">Whether it gets requests.</param>
    /// <param name="underWay">How many requests it is answering.</param>
    public void Add(string name, Func<bool> isHealthy, Func<int> underWay) => _all.Enqueue((name, isHealthy, underWay));

    /// <summary>1 or 0 for each address; where several handlers have it, it is as healthy as the least of them finds it.</summary>
    public IEnumerable<Measurement<int>> Health() =>
        _all.GroupBy(one => one.Name).Select(same => new Measurement<int>(same.All(one => one.IsHealthy()) ? 1 : 0, Tag(same.Key)));

    public IEnumerable<Measurement<int>> UnderWay() =>
        _all.GroupBy(one => one.Name).Select(same => new Measurement<int>(same.Sum(one => one.UnderWay()), Tag(same.Key)));

    private static KeyValuePair<string, object?> Tag(string name) => new("upstream", name);
}
