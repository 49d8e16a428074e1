using System.Security.Cryptography.X509Certificates;
using Edge.Io;
using Edge.Io.Names;
using Edge.Node.Status;
using Microsoft.Extensions.Logging;

namespace Edge.Node.Networks;

/// <summary>What networks are run with, beside their configuration.</summary>
internal sealed record NetworkOptions
{
    public required ILoggerFactory Logs { get; init; }

    /// <summary>Looks up peers' endpoints that are names: the host's own, since no network is needed to reach a network.</summary>
    public required IResolver Resolver { get; init; }

    /// <summary>Reaches what is in no network.</summary>
    public IConnector Host { get; init; } = new HostConnector();

    public required TimeProvider Time { get; init; }

    /// <summary>Where what must outlive the process is kept; null: nowhere.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>Why what must outlive the process is kept nowhere, though nobody asked for it.</summary>
    public string NoStateReason { get; init; } = "no folder is named: set HOME, XDG_STATE_HOME or TS_STATE_DIR, or `stateDir`";

    /// <summary>How long a node that leaves its tailnet may take to say so.</summary>
    public TimeSpan LogoutTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Edge's own, which control servers are told.</summary>
    public string Version { get; init; } = "0.0.0";

    /// <summary>Whom the certificates of control servers, relays and name servers lead to.</summary>
    public Lazy<X509Certificate2Collection> Roots { get; init; } = CaBundle.Roots();

    /// <summary>Whom a network's name server asks for names that are no network's.</summary>
    public HostResolvers HostResolvers { get; init; } = new([]);

    /// <summary>Where all that is worth telling of the networks' status goes.</summary>
    public NetworkEvents Events { get; init; } = new(TimeProvider.System);

    /// <summary>Told of a network, by name, whether it is up: the reason why it is not, or null.</summary>
    public Action<string, string?> Changed { get; init; } = static (_, _) => { };

    /// <summary>Told of a network, by name, what is worth knowing while it is up; null: nothing.</summary>
    public Action<string, string?> Noted { get; init; } = static (_, _) => { };
}
