namespace Edge.Protocols.Control.Session;

/// <summary>What a session does on its way to the map: where it failed, people want to know.</summary>
internal enum ControlStep
{
    /// <summary>Asking for the server's key, over verified TLS.</summary>
    FetchKey,

    /// <summary>Reaching the server: name, connection, TLS, HTTP upgrade.</summary>
    Dial,

    /// <summary>The Noise handshake.</summary>
    Noise,

    /// <summary>Registering the node.</summary>
    Register,

    /// <summary>The map stream: its opening, or what came in it.</summary>
    Map,

    /// <summary>Telling the server what changed here.</summary>
    Update,

    /// <summary>Logging out.</summary>
    Logout,
}
