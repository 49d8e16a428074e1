namespace Edge.Protocols.Derp;

/// <summary>Why a client gave its server up.</summary>
internal enum DerpClientFault
{
    None,

    /// <summary>It did not begin with a DERP server's greeting.</summary>
    BadGreeting,

    /// <summary>It announced a frame of more than 1 MiB.</summary>
    FrameTooLong,

    /// <summary>Its ServerInfo was not sealed by the key that it greeted with, or cannot be read.</summary>
    BadServerInfo,

    /// <summary>It did not take the client in within the time of a handshake: it may have refused it.</summary>
    NoWelcome,

    /// <summary>Two keep-alives are missing.</summary>
    Silent,
}
