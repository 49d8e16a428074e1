using Edge.Foundation.Addresses;

namespace Edge.Protocols.Control.Messages;

/// <summary>A way to the control server, as the server itself tells it (tailcfg.ControlIPCandidate, v1.96.5). All are tried, so that priorities say nothing.</summary>
/// <param name="Address">Dialled in place of a look-up: the server's, or the proxy's where there is one. Null: the proxy is looked up.</param>
/// <param name="Delay">From the beginning of dialling to this attempt; 0 to 60 s.</param>
/// <param name="Limit">For the attempt; 0 to 60 s.</param>
internal readonly record struct ControlCandidate(IpAddress? Address, TimeSpan Delay, TimeSpan Limit)
{
    /// <summary>A host that carries a connection to the server on (HTTP CONNECT over TLS, "ACE"); empty: none.</summary>
    public string Proxy { get; init; } = "";

    /// <summary>More are not taken.</summary>
    public const int Most = 32;

    public static TimeSpan Longest => TimeSpan.FromSeconds(60);
}
