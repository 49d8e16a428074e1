using Edge.Crypto.Noise;
using Edge.Foundation.Wire;

namespace Edge.Protocols.WireGuard;

/// <summary>A handshake that this side began, while it waits for its response. Pooled.</summary>
internal sealed class Initiation
{
    public NoiseHandshake Handshake { get; } = new(NoiseProtocol.IKpsk2);

    /// <summary>Message 1 as it was sent: it may have to go another way.</summary>
    public byte[] Message { get; } = new byte[WireGuardInitiation.Size];

    /// <summary>How often it was sent again.</summary>
    public int Repeats { get; set; }
}
