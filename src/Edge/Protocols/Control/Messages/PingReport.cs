using Edge.Foundation.Addresses;

namespace Edge.Protocols.Control.Messages;

/// <summary>What became of a ping to a peer (tailcfg.PingResponse, v1.96.5).</summary>
/// <param name="Address">That was to be pinged.</param>
internal sealed record PingReport(IpAddress Address)
{
    /// <summary>The address of the node that answers for <see cref="Address"/>; null: not known.</summary>
    public IpAddress? NodeAddress { get; init; }

    /// <summary>Its name in the tailnet; empty: not known.</summary>
    public string NodeName { get; init; } = "";

    /// <summary>Why there was no answer; empty: there was.</summary>
    public string Error { get; init; } = "";

    /// <summary>There and back; zero: not measured.</summary>
    public TimeSpan RoundTrip { get; init; }

    /// <summary>The direct path; null: it was none, or is not known.</summary>
    public Endpoint? Endpoint { get; init; }

    /// <summary>The region of the relay that it went by; 0: none.</summary>
    public int Region { get; init; }

    public string RegionCode { get; init; } = "";

    /// <summary>Where the peer's HTTP interface listens; 0: not told.</summary>
    public ushort PeerApiPort { get; init; }

    /// <summary>The address is this node's own.</summary>
    public bool IsOwn { get; init; }
}
