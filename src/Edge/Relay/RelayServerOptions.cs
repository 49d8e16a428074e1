using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Io.Derp;
using Edge.Orb;
using Edge.Protocols.Derp;
using Microsoft.Extensions.Logging;

namespace Edge.Relay;

/// <summary>What a relay is given.</summary>
internal sealed record RelayServerOptions
{
    /// <summary>Where DERP is listened for.</summary>
    public required ListenAddress Listen { get; init; }

    /// <summary>The name or address that clients are told.</summary>
    public required string HostName { get; init; }

    /// <summary>The UDP port of STUN, on the same address; null: none.</summary>
    public int? StunPort { get; init; }

    /// <summary>PEM files of a certificate and its key; null: the relay makes its own.</summary>
    public (string Certificate, string Key)? CertificateFiles { get; init; }

    /// <summary>Where its key and its own certificate are kept; null: nowhere.</summary>
    public string? StateFolder { get; init; }

    /// <summary>What relays of the region share; null: there is no mesh.</summary>
    public MeshKey? Mesh { get; init; }

    /// <summary>Other relays of the region.</summary>
    public ImmutableArray<DerpNode> MeshWith { get; init; } = [];

    /// <summary>Who decides who may use it; null: anybody may.</summary>
    public IRelayAdmission? Admission { get; init; }

    /// <summary>Bytes a second of one client; 0: no limit.</summary>
    public long ClientRate { get; init; }

    /// <summary>Bytes a second of all clients together; 0: no limit.</summary>
    public long TotalRate { get; init; }

    /// <summary>Names whose addresses it tells clients.</summary>
    public ImmutableArray<string> BootstrapNames { get; init; } = [];

    public required ILoggerFactory Logs { get; init; }

    public required IResolver Resolver { get; init; }

    public required IDialler Dialler { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where its figures go.</summary>
    public required Meter Meter { get; init; }

    public required Readiness Readiness { get; init; }

    public required Reload Reload { get; init; }

    /// <summary>Further listeners, such as the admin interface.</summary>
    public ImmutableArray<PrivateListener> Private { get; init; } = [];
}
