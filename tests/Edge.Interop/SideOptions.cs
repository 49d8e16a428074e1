namespace Edge.Interop;

/// <summary>What one side of a tunnel is configured with.</summary>
internal sealed record SideOptions
{
    public bool HasPresharedKey { get; init; }

    /// <summary>Where it believes the other side to be; null: it waits to hear of it.</summary>
    public string? Endpoint { get; init; }

    public int Mtu { get; init; } = 1420;

    /// <summary>More lines of <c>[Interface]</c>.</summary>
    public string Interface { get; init; } = "";

    /// <summary>More ranges of the peer.</summary>
    public string AllowedIps { get; init; } = "";

    /// <summary>More arguments of `edge tun up`.</summary>
    public string[] Arguments { get; init; } = [];
}
