namespace Edge.Protocols.Control.Session;

/// <summary>Where a session stands.</summary>
internal enum ControlState
{
    /// <summary>Not started, or stopped.</summary>
    Stopped,

    /// <summary>On the way: key, connection, registration.</summary>
    Connecting,

    /// <summary>Someone must open the URL.</summary>
    NeedsLogin,

    /// <summary>Registered; an administrator must let the machine in.</summary>
    NeedsApproval,

    /// <summary>The map is here and is kept up to date.</summary>
    Running,

    /// <summary>Something failed; it will be tried again at <see cref="ControlStatus.RetryAt"/>. The last map goes on being good.</summary>
    Waiting,

    /// <summary>The node is being taken out of the network.</summary>
    LoggingOut,

    /// <summary>The node is out, or the time to tell the server was over.</summary>
    LoggedOut,
}
