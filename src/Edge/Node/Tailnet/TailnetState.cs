namespace Edge.Node.Tailnet;

/// <summary>Where a tailnet's node stands, for people.</summary>
internal enum TailnetState
{
    /// <summary>On its way: no netmap is there yet.</summary>
    Starting,

    /// <summary>Someone must open the URL.</summary>
    NeedsLogin,

    /// <summary>An administrator must let the machine in.</summary>
    NeedsApproval,

    /// <summary>There is a netmap, of the control server's or of an earlier start.</summary>
    Running,

    /// <summary>It has ended, or left the network.</summary>
    Stopped,
}
