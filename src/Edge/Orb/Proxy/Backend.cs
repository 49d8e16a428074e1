using System.Diagnostics.Metrics;
using Edge.Foundation.Configuration;

namespace Edge.Orb.Proxy;

/// <summary>One upstream at run time: its connections, its health, and how many requests it has under way.</summary>
/// <param name="record">As configured.</param>
/// <param name="health">Of it.</param>
/// <param name="transport">To it.</param>
/// <param name="failures">Counts those of all upstreams.</param>
internal sealed class Backend(Upstream record, BackendHealth health, Transport transport, Counter<long> failures)
{
    private int _underWay;

    public string Name { get; } = record.Address.ToString();

    public int Weight { get; } = record.Weight;

    /// <summary>The same in every process: what hashes are mixed with, and what a client's cookie remembers.</summary>
    public ulong Id { get; } = StableHash.Of(record.Address.ToString());

    public BackendHealth Health { get; } = health;

    public Transport Transport { get; } = transport;

    public int UnderWay => Volatile.Read(ref _underWay);

    public void Begin() => Interlocked.Increment(ref _underWay);

    public void End() => Interlocked.Decrement(ref _underWay);

    /// <summary>It did not answer a request, or with 502, 503 or 504.</summary>
    public void Failed(string problem)
    {
        failures.Add(1, new KeyValuePair<string, object?>("upstream", Name));
        Health.Failed(problem);
    }

    /// <summary>Whether it may get a request that <paramref name="tried"/> could not answer.</summary>
    public bool IsUsable(List<Backend>? tried) => Weight > 0 && Health.IsAvailable && (tried is null || !tried.Contains(this));
}
