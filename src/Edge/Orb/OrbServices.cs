using System.Diagnostics.Metrics;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Orb.Middlewares;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Orb;

/// <summary>
/// What handlers and middleware are compiled with. Each compiles its configuration record once, at start, to a <c>RequestDelegate</c>:
/// <c>XHandler.Compile(record, services)</c> and <c>XMiddleware.Compile(record, services, next)</c>.
/// </summary>
internal sealed class OrbServices
{
    public required TimeProvider Time { get; init; }

    public required ILoggerFactory Logs { get; init; }

    /// <summary>Every connection that handlers and middleware make to other hosts.</summary>
    public required IDialler Dialler { get; init; }

    /// <summary>The networks that the server is in; null: none.</summary>
    public NetworkSet? Networks { get; init; }

    /// <summary>How names are looked up.</summary>
    public IResolver Resolver { get; init; } = new SystemResolver();

    /// <summary>The instruments of the server; the admin endpoint tells their values.</summary>
    public required Meter Meter { get; init; }

    /// <summary>Ends when the server does: background work of handlers and middleware ends with it.</summary>
    public required CancellationToken Stopping { get; init; }

    /// <summary>Ends when the server begins to stop: answers without an end of their own end then.</summary>
    public CancellationToken Draining { get; init; }

    /// <summary>Whether requests should be sent here, and why not.</summary>
    public required Readiness Readiness { get; init; }

    /// <summary>What is read or opened again on SIGHUP: whoever keeps a file registers here.</summary>
    public Reload Reload { get; init; } = new();

    /// <summary>Where handlers that pass requests on name their upstreams.</summary>
    public UpstreamList Upstreams { get; } = new();

    /// <summary>Who is behind an address.</summary>
    public IIdentitySource Identities { get; init; } = new NoIdentities();

    /// <summary>The outputs of access logs.</summary>
    public LogSinks LogSinks { get; init; } = new(Stream.Null, Stream.Null, NullLogger.Instance);

    /// <summary>The little that the whole server does at once of what is dear about passwords.</summary>
    public PasswordWork PasswordWork { get; } = new();
}
