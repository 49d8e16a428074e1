using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;

namespace Edge.Protocols.Control.Messages;

/// <summary>A registration of this node (tailcfg.RegisterRequest, v1.96.5). It can hold a secret, and does not print it.</summary>
internal sealed record RegisterRequest
{
    public required KeyOf<NodeKind> NodeKey { get; init; }

    /// <summary>The key that <see cref="NodeKey"/> takes the place of; zero: none.</summary>
    public KeyOf<NodeKind> OldNodeKey { get; init; }

    /// <summary>A secret that lets the node in without a person; null: none.</summary>
    public string? AuthKey { get; init; }

    /// <summary>When the key is wanted to end; zero: as the server likes. In the past: log out.</summary>
    public UtcTime Expiry { get; init; }

    /// <summary>The URL that a person was sent to: the answer comes when she was there.</summary>
    public string Followup { get; init; } = "";

    public required HostInfo Host { get; init; }

    /// <summary>The node is removed soon after it went away.</summary>
    public bool IsEphemeral { get; init; }

    public override string ToString() => $"register {NodeKey}{(AuthKey is null ? "" : " with an auth key")}{(Followup.Length == 0 ? "" : ", follow-up")}";
}
