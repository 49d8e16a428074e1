using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;

namespace Edge.Lab.Control;

/// <summary>A node as the server knows it. What nodes tell of themselves is kept as the text that they sent.</summary>
internal sealed record LabNode
{
    /// <summary>From 1, in the order of joining.</summary>
    public required long Id { get; init; }

    public required KeyOf<MachineKind> Machine { get; init; }

    public required KeyOf<NodeKind> Key { get; init; }

    public KeyOf<DiscoKind> DiscoKey { get; init; }

    /// <summary>One label: the first of its name.</summary>
    public required string Name { get; init; }

    public required LabUser User { get; init; }

    public ValueList<string> Tags { get; init; }

    /// <summary>As it asked the control protocol to be spoken.</summary>
    public int Version { get; init; }

    public ValueList<string> Endpoints { get; init; }

    public int HomeRegion { get; init; }

    /// <summary>JSON, without what it found out about its network: peers are not told that.</summary>
    public string Host { get; init; } = "{}";

    /// <summary>JSON of what it found out about its network.</summary>
    public string Network { get; init; } = "null";

    /// <summary>What it offers to route.</summary>
    public ValueList<string> OfferedRoutes { get; init; }

    /// <summary>What it may route.</summary>
    public ValueList<string> Routes { get; init; }

    /// <summary>JSON object: what the policy lets it do, each with its arguments.</summary>
    public string Capabilities { get; init; } = "{}";

    public DateTimeOffset Created { get; init; }

    /// <summary>When its key ends; null: never.</summary>
    public DateTimeOffset? Expiry { get; init; }

    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>It has a map stream.</summary>
    public bool IsOnline { get; init; }

    public bool IsAuthorized { get; init; } = true;

    public bool IsEphemeral { get; init; }

    public bool IsJailed { get; init; }

    /// <summary>That of its addresses; null: its <see cref="Id"/>.</summary>
    public long? Number { get; init; }

    /// <summary>By the order of joining, unless it has another number.</summary>
    public IpAddress V4 => IpAddress.V4(0x6440_0000u + (uint)(Number ?? Id));

    /// <inheritdoc cref="V4"/>
    public IpAddress V6 => new(((UInt128)0xfd7a_115c_a1e0_0000 << 64) + (UInt128)(Number ?? Id));

    public string StableId => $"n{Id}LAB";

    public bool IsExpiredAt(DateTimeOffset now) => Expiry <= now;
}
