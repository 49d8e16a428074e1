namespace Edge.Orb;

/// <summary>
/// Where a connection came in. A feature of every connection, and so of its requests: <c>context.Features.Get&lt;ConnectionOrigin&gt;()</c>;
/// header stripping, identities, filters and bridges ask it.
/// </summary>
internal abstract record ConnectionOrigin
{
    private ConnectionOrigin()
    {
    }

    /// <summary>A listener of the host's own network; what a connection without this feature is taken for.</summary>
    public sealed record Public : ConnectionOrigin
    {
        public static Public Instance { get; } = new();
    }

    /// <summary>A network's tunnel.</summary>
    /// <param name="Network">The network's name in the configuration.</param>
    public sealed record Tunnel(string Network) : ConnectionOrigin;

    /// <summary>The public Internet, by way of Tailscale's Funnel: the caller has no identity.</summary>
    /// <param name="Network">The network's name in the configuration.</param>
    public sealed record Funnel(string Network) : ConnectionOrigin;
}
