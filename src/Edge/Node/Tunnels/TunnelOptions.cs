using Edge.Io;

namespace Edge.Node.Tunnels;

/// <summary>How a tunnel is run, beside what its file says.</summary>
internal sealed record TunnelOptions
{
    /// <summary>1 to 15 characters.</summary>
    public required string InterfaceName { get; init; }

    /// <summary>Where its socket and its record go.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>Where the greatest handshake timestamp is kept from run to run; null: nowhere.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>For debugging: where the keys of every session are written to; null: nowhere.</summary>
    public string? KeyLog { get; init; }

    /// <summary>False: as if the kernel offered no large packets.</summary>
    public bool AllowsOffload { get; init; } = true;

    /// <summary>Looks up endpoints that are names.</summary>
    public required IResolver Resolver { get; init; }

    /// <summary>Takes what the operator should know, a sentence at a time.</summary>
    public Action<string> Report { get; init; } = static _ => { };
}
