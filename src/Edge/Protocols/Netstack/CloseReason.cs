namespace Edge.Protocols.Netstack;

/// <summary>Why a connection is no more.</summary>
internal enum CloseReason : byte
{
    /// <summary>It is still there.</summary>
    None,

    /// <summary>Both sides sent their FIN and acknowledged the other's.</summary>
    Finished,

    /// <summary>The peer sent a RST to an established connection.</summary>
    Reset,

    /// <summary>The peer answered a SYN with a RST, or the network with "port unreachable".</summary>
    Refused,

    /// <summary>Nothing came back for <see cref="NetstackOptions.GiveUpAfter"/>.</summary>
    TimedOut,

    /// <summary>As before, and routers on the way had said that there is no way.</summary>
    Unreachable,

    /// <summary>Our side aborted, or let go of data that it had not read.</summary>
    Aborted,
}
