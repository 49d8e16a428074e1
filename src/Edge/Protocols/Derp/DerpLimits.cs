namespace Edge.Protocols.Derp;

/// <summary>The protocol's sizes and times (tailscale 1.96.5, derp/derp.go and derp/derpserver).</summary>
internal static class DerpLimits
{
    /// <summary>What ClientInfo and ServerInfo announce.</summary>
    public const int ProtocolVersion = 2;

    public const int KeySize = 32;

    /// <summary>Bytes of a packet, without the keys before it.</summary>
    public const int Packet = 64 * 1024;

    /// <summary>A client reads no longer frame, whatever its type.</summary>
    public const int ClientFrame = 1 << 20;

    /// <summary>The body of a server's greeting: later versions may say more than they do now.</summary>
    public const int Greeting = 1024;

    /// <summary>The body of a client's hello, from whom nothing is known yet.</summary>
    public const int ClientInfo = 256 * 1024;

    public const int SmallestPing = 8;

    public const int LargestPing = 1000;

    /// <summary>Packets that wait for a client, and as many of path discovery.</summary>
    public const int QueuedPackets = 32;

    /// <summary>What leaves in one write: a TLS record's worth.</summary>
    public const int Write = 16 * 1024;

    /// <summary>For each step of a handshake.</summary>
    public static readonly TimeSpan HandshakeStep = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(60);

    /// <summary>Up to so much is added for each client, so that they do not all come at once.</summary>
    public static readonly TimeSpan KeepAliveJitter = TimeSpan.FromSeconds(5);

    /// <summary>A server that a client has not heard of for so long is dead: two keep-alives are missing.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(120);

    /// <summary>How long a client may take to read what is written to it.</summary>
    public static readonly TimeSpan WriteTime = TimeSpan.FromSeconds(2);

    /// <summary>The same of those who have the mesh key: they are sent the whole list of clients.</summary>
    public static readonly TimeSpan MeshWriteTime = TimeSpan.FromSeconds(30);
}
