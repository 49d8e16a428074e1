namespace Edge.Protocols.Control.Messages;

/// <summary>The server's answer to a registration (tailcfg.RegisterResponse, v1.96.5).</summary>
internal sealed record RegisterResponse
{
    public string UserName { get; init; } = "";

    public string LoginName { get; init; } = "";

    /// <summary>The node key has ended: make a new one, and register it with the old one beside it.</summary>
    public bool IsNodeKeyExpired { get; init; }

    public bool IsMachineAuthorized { get; init; }

    /// <summary>Not empty: someone must open it; register again with it as the follow-up.</summary>
    public string AuthUrl { get; init; } = "";

    /// <summary>Not empty: the registration failed, and the rest means nothing.</summary>
    public string Error { get; init; } = "";
}
