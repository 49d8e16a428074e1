namespace Edge.Protocols.Derp;

/// <summary>Which packets are path discovery's, by their beginning (tailscale 1.96.5, disco.LooksLikeDiscoWrapper): they have a queue of their own.</summary>
internal static class DiscoPackets
{
    /// <summary>Magic, sender's key and nonce.</summary>
    private const int Smallest = 6 + 32 + 24;

    public static bool Is(ReadOnlySpan<byte> packet) => packet.Length >= Smallest && packet.StartsWith("TS💬"u8);
}
