namespace Edge.Io;

/// <summary>The steps of making a connection.</summary>
internal enum DialStep
{
    LookUp,
    Connect,
    Handshake,
    Upgrade,
}
