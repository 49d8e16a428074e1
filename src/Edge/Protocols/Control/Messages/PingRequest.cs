using Edge.Foundation.Addresses;

namespace Edge.Protocols.Control.Messages;

/// <summary>The server asks for a sign of life, or for something else (tailcfg.PingRequest, v1.96.5).</summary>
internal sealed record PingRequest
{
    /// <summary>Where the answer goes; names the request too: one with a URL that was answered is not answered again.</summary>
    public string Url { get; init; } = "";

    /// <summary>The answer goes through the control channel, not over the internet.</summary>
    public bool IsUrlNoise { get; init; }

    /// <summary>To be written to the log.</summary>
    public bool Log { get; init; }

    /// <summary>`TSMP`, `disco`, `ICMP`, `peerapi`, `c2n`, separated by commas; empty: a HEAD request to <see cref="Url"/> is all.</summary>
    public string Types { get; init; } = "";

    /// <summary>Whom to ping, for the kinds that ping.</summary>
    public IpAddress? Address { get; init; }

    /// <summary>The HTTP request of a `c2n`.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }
}
