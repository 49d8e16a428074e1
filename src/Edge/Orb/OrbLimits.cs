namespace Edge.Orb;

/// <summary>The bounds on what one client can make the server hold or wait for.</summary>
internal sealed record OrbLimits
{
    public static OrbLimits Default { get; } = new();

    /// <summary>How long a client may take from its first byte to the end of a request's head.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may be idle between requests, and before its first.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long a TLS handshake may take.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The slowest that a body may flow, either way, in bytes per second.</summary>
    public double SlowestBody { get; init; } = 240;

    /// <summary>How long a body may flow slower than that.</summary>
    public TimeSpan SlowBodyGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>All header fields of a request, in bytes.</summary>
    public int HeadersSize { get; init; } = 32 * 1024;

    /// <summary>The header fields of a request.</summary>
    public int HeaderCount { get; init; } = 100;

    /// <summary>Method, target and version, in bytes.</summary>
    public int RequestLineSize { get; init; } = 8 * 1024;

    /// <summary>The requests of one HTTP/2 connection that may be under way at once.</summary>
    public int StreamsPerConnection { get; init; } = 100;

    /// <summary>The requests of one HTTP/2 connection that its client may take back before they are answered. After more, it ends when they are the most that comes.</summary>
    public int Resets { get; init; } = 200;

    /// <summary>How long stopping at least goes on accepting connections that have begun. Zero: idle connections are closed at once.</summary>
    public TimeSpan Draining { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long an HTTP/1.1 connection must have been without a request for stopping to close it.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(1);
}
