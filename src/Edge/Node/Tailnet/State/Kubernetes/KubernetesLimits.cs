namespace Edge.Node.Tailnet.State.Kubernetes;

/// <summary>How long a store waits for the API server.</summary>
internal sealed record KubernetesLimits
{
    /// <summary>For one answer.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often something is tried that another writer, a busy server or a network that is not there yet got in the way of.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Before the second attempt; twice as long before each further one.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);
}
