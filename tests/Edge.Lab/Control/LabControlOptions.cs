using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Lab.Control;

/// <summary>How a control server is set up.</summary>
internal sealed record LabControlOptions
{
    /// <summary>Port 0: the system chooses.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>With its key; null: plain HTTP.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Of the nodes' names.</summary>
    public string Domain { get; init; } = "lab.test";

    /// <summary>JSON: the relays, as `edge tun derp --json` prints them.</summary>
    public string Relays { get; init; } = "{\"Regions\":{}}";

    /// <summary>Between signs of life.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>The JSON before HTTP/2, as Headscale sends it.</summary>
    public bool HasEarlyPayload { get; init; } = true;

    /// <summary>The oldest client that is taken in.</summary>
    public int LeastVersion { get; init; } = 113;

    /// <summary>Who opens a login's URL is this person, and lets the node in; null: the test does.</summary>
    public string? Visitor { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILoggerFactory Logs { get; init; } = NullLoggerFactory.Instance;
}
