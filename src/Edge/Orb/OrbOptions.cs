using Edge.Io;
using Microsoft.Extensions.Logging;

namespace Edge.Orb;

/// <summary>What the server is given beside its configuration.</summary>
internal sealed record OrbOptions
{
    public required ILoggerFactory Logs { get; init; }

    /// <summary>Where access logs go that are written to <c>stdout</c>.</summary>
    public Stream StandardOutput { get; init; } = Stream.Null;

    /// <summary>Where access logs go that are written to <c>stderr</c>.</summary>
    public Stream StandardError { get; init; } = Stream.Null;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How names are looked up: those that are listened on, and, where <see cref="Dialler"/> is null, those of other hosts.</summary>
    public IResolver Resolver { get; init; } = new SystemResolver();

    /// <summary>Where networks keep what must outlive the process; null: nowhere.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>Edge's own, which control servers are told.</summary>
    public string Version { get; init; } = "0.0.0";

    /// <summary>How other hosts are reached; null: through the network that an address belongs to, else over this host's sockets.</summary>
    public IDialler? Dialler { get; init; }

    /// <summary>Who is behind an address, as the networks know it.</summary>
    public IIdentitySource Identities { get; init; } = new NoIdentities();

    public OrbLimits Limits { get; init; } = OrbLimits.Default;

    public Readiness Readiness { get; init; } = new();

    /// <summary>Makes further listeners that serve no site of the configuration, such as the admin interface, once the services are known.</summary>
    public Func<OrbServices, IReadOnlyList<PrivateListener>> Private { get; init; } = static _ => [];
}
