using Edge.Io;
using Microsoft.Extensions.Logging;

namespace Edge.Node.Networks;

/// <summary>What networks are run with, beside their configuration.</summary>
internal sealed record NetworkOptions
{
    public required ILoggerFactory Logs { get; init; }

    /// <summary>Looks up peers' endpoints that are names: the host's own, since no network is needed to reach a network.</summary>
    public required IResolver Resolver { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Where what must outlive the process is kept; null: nowhere.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>Told of a network, by name, whether it is up: the reason why it is not, or null.</summary>
    public Action<string, string?> Changed { get; init; } = static (_, _) => { };

    /// <summary>Told of a network, by name, what is worth knowing while it is up; null: nothing.</summary>
    public Action<string, string?> Noted { get; init; } = static (_, _) => { };
}
