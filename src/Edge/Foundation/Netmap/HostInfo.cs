using Edge.Foundation.Addresses;

namespace Edge.Foundation.Netmap;

/// <summary>What a node tells about itself. A peer's is only partly sent, and nothing of it is verified.</summary>
internal sealed record HostInfo
{
    /// <summary>Nothing was told.</summary>
    public static HostInfo Empty { get; } = new();

    /// <summary>Version of the client: `1.96.5`.</summary>
    public string ClientVersion { get; init; } = "";

    /// <summary>Identifies the client's log; servers may insist on one.</summary>
    public string BackendLogId { get; init; } = "";

    /// <summary>`linux`, `macOS`, `windows`, `iOS`, `android`.</summary>
    public string Os { get; init; } = "";

    public string OsVersion { get; init; } = "";

    public bool? Container { get; init; }

    /// <summary>What kind of container or cloud it runs in: `k8s`, `dkr`.</summary>
    public string Environment { get; init; } = "";

    public string Distribution { get; init; } = "";

    public string DistributionVersion { get; init; } = "";

    public string DistributionCodeName { get; init; } = "";

    /// <summary>The program that embeds the client.</summary>
    public string App { get; init; } = "";

    public bool? Desktop { get; init; }

    /// <summary>How it was packaged.</summary>
    public string Package { get; init; } = "";

    public string DeviceModel { get; init; } = "";

    /// <summary>The machine's own name, not the tailnet's.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>New connections from others are refused, and the server need not offer any.</summary>
    public bool ShieldsUp { get; init; }

    /// <summary>A node of another tailnet, listed so that replies reach it.</summary>
    public bool ShareeNode { get; init; }

    /// <summary>Nothing is logged to Tailscale, support is impossible.</summary>
    public bool NoLogsNoSupport { get; init; }

    /// <summary>Funnel traffic may be sent there now.</summary>
    public bool IngressEnabled { get; init; }

    /// <summary>Funnel may be turned on there later.</summary>
    public bool WireIngress { get; init; }

    public bool AllowsUpdate { get; init; }

    /// <summary>`x86_64`.</summary>
    public string Machine { get; init; } = "";

    public string GoArchitecture { get; init; } = "";

    public string GoArchitectureVariant { get; init; } = "";

    public string GoVersion { get; init; } = "";

    /// <summary>Routes that it offers, exit routes included.</summary>
    public ValueList<IpPrefix> RoutableIps { get; init; }

    /// <summary>Tags that it asks for.</summary>
    public ValueList<string> RequestTags { get; init; }

    public ValueList<string> WakeOnLanMacs { get; init; }

    public ValueList<HostService> Services { get; init; }

    /// <summary>Null: not told.</summary>
    public NetInfo? Network { get; init; }

    public string Cloud { get; init; } = "";

    public bool? Userspace { get; init; }

    public bool? UserspaceRouter { get; init; }

    public bool? AppConnector { get; init; }

    /// <summary>Changes with what the node advertises as a service host.</summary>
    public string ServicesHash { get; init; } = "";

    /// <summary>The stable ID of the exit node that it uses; empty: none.</summary>
    public string ExitNodeId { get; init; } = "";

    public bool? StateEncrypted { get; init; }

    public bool PeerRelay { get; init; }
}
