using System.Security.Cryptography;
using Edge.Foundation.Time;

namespace Edge.Protocols.WireGuard;

/// <summary>
/// The two keys that a handshake made, with their counters and indices. Sessions are pooled; the keys lie in memory that the collector does
/// not move and are zeroed when the session ends.
/// </summary>
internal sealed class Session
{
    private const int KeySize = 32;

    private readonly byte[] _keys = GC.AllocateArray<byte>(2 * KeySize, pinned: true);

    public ReplayWindow Window;

    /// <summary>The counter of the next message: <see cref="WireGuardLimits.RejectAfterMessages"/> and above are never sent.</summary>
    public ulong NextCounter { get; set; }

    public uint LocalIndex { get; private set; }

    /// <summary>Type and receiver of every message that is sent, as the first 8 bytes of the header.</summary>
    public ulong HeaderStart { get; private set; }

    public Timestamp Created { get; private set; }

    /// <summary>From then on the session neither sends nor receives.</summary>
    public Timestamp ExpiresAt { get; private set; }

    /// <summary>This side sent the initiation, and renews the session when it gets old.</summary>
    public bool IsInitiator { get; private set; }

    /// <summary>An initiation of our own was under way when the peer's was answered.</summary>
    public bool IsCrossing { get; private set; }

    public ReadOnlySpan<byte> SendKey => _keys.AsSpan(0, KeySize);

    public ReadOnlySpan<byte> ReceiveKey => _keys.AsSpan(KeySize);

    /// <summary>Where the handshake writes the keys.</summary>
    public Span<byte> SendKeyForWriting => _keys.AsSpan(0, KeySize);

    /// <summary>Where the handshake writes the keys.</summary>
    public Span<byte> ReceiveKeyForWriting => _keys.AsSpan(KeySize);

    public void Begin(Timestamp now, uint localIndex, uint remoteIndex, bool isInitiator, bool isCrossing)
    {
        LocalIndex = localIndex;
        HeaderStart = 4 | ((ulong)remoteIndex << 32);
        Created = now;
        ExpiresAt = now + WireGuardLimits.RejectAfterTime;
        IsInitiator = isInitiator;
        IsCrossing = isCrossing;
        NextCounter = 0;
        Window = default;
    }

    public bool CanSend(Timestamp now) => now < ExpiresAt && NextCounter < WireGuardLimits.RejectAfterMessages;

    /// <summary>Whether sending asks for a new handshake (whitepaper section 6.2).</summary>
    public bool IsOldForSending(Timestamp now) =>
        NextCounter > WireGuardLimits.RekeyAfterMessages || (IsInitiator && now - Created > WireGuardLimits.RekeyAfterTime);

    /// <summary>Whether receiving asks for a new handshake: so close to its end that an unanswered initiation could not be repeated in time.</summary>
    public bool IsOldForReceiving(Timestamp now) =>
        IsInitiator && now - Created > WireGuardLimits.RejectAfterTime - WireGuardLimits.KeepaliveTimeout - WireGuardLimits.RekeyTimeout;

    /// <summary>Zeroes the keys.</summary>
    public void End() => CryptographicOperations.ZeroMemory(_keys);
}
