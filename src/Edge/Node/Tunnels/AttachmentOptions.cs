using Edge.Io;

namespace Edge.Node.Tunnels;

/// <summary>What a WireGuard device is run with, beside its configuration.</summary>
internal sealed record AttachmentOptions
{
    /// <summary>The mark of the device's own datagrams; 0: none.</summary>
    public uint Mark { get; init; }

    /// <summary>Where the greatest handshake timestamp is kept from run to run; null: nowhere.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>For debugging: where the keys of every session are written to; null: nowhere.</summary>
    public string? KeyLog { get; init; }

    /// <summary>Looks up endpoints that are names.</summary>
    public required IResolver Resolver { get; init; }

    /// <summary>Takes what the operator should know, a sentence at a time.</summary>
    public Action<string> Report { get; init; } = static _ => { };
}
