using System.Security.Cryptography;
using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;

namespace Edge.Protocols.WireGuard;

/// <summary>One peer: its keys, its sessions, and when what is due. The device's parts work on it; it knows none of them.</summary>
internal sealed class Peer : Scheduled
{
    private const int KeySize = 32;

    // Public key, pre-shared key, static-static secret, mac1 key, cookie key: each 32 bytes.
    private readonly byte[] _keys = GC.AllocateArray<byte>(5 * KeySize, pinned: true);

    public Peer(PeerId id, in PeerOptions options)
    {
        Id = id;
        options.PublicKey.CopyTo(_keys);
        options.PresharedKey.CopyTo(PresharedKeyForWriting);
        Path = options.Path;
        PersistentKeepalive = options.PersistentKeepalive;
        MessageMacs.DeriveKeys(PublicKey, _keys.AsSpan(3 * KeySize, KeySize), _keys.AsSpan(4 * KeySize, KeySize));
    }

    public PeerId Id { get; }

    public ReadOnlySpan<byte> PublicKey => _keys.AsSpan(0, KeySize);

    /// <summary>32 zero bytes: none.</summary>
    public ReadOnlySpan<byte> PresharedKey => _keys.AsSpan(KeySize, KeySize);

    public Span<byte> PresharedKeyForWriting => _keys.AsSpan(KeySize, KeySize);

    /// <summary>What both static keys agree on; computed at the first handshake.</summary>
    public Span<byte> StaticShared => _keys.AsSpan(2 * KeySize, KeySize);

    public bool HasStaticShared { get; set; }

    /// <summary>Seals mac1 of messages to the peer.</summary>
    public ReadOnlySpan<byte> Mac1Key => _keys.AsSpan(3 * KeySize, KeySize);

    /// <summary>Opens the peer's cookie replies.</summary>
    public ReadOnlySpan<byte> CookieKey => _keys.AsSpan(4 * KeySize, KeySize);

    public HeldCookie Cookie;

    public DatagramPath Path;

    public ulong SentBytes { get; set; }

    public ulong ReceivedBytes { get; set; }

    // Sessions (whitepaper section 6.2). Next was answered by us and waits for its first message; it does not send before.

    public Session? Current { get; set; }

    public Session? Previous { get; set; }

    public Session? Next { get; set; }

    // The handshake that we initiated, while it waits for its response.

    public Initiation? Initiation { get; set; }

    public uint InitiationIndex { get; set; }

    /// <summary>The last timestamp sent to the peer; the next is greater.</summary>
    public HandshakeStamp LastSentStamp { get; set; }

    /// <summary>The greatest timestamp that came from the peer; initiations up to it are replays.</summary>
    public HandshakeStamp GreatestStamp { get; set; }

    /// <summary>Not before: an initiation of the peer is taken.</summary>
    public Timestamp AcceptsFrom { get; set; } = new(long.MinValue);

    /// <summary>Not before: an initiation to the peer is sent.</summary>
    public Timestamp InitiatesFrom { get; set; } = new(long.MinValue);

    /// <summary>When the present attempt to reach the peer began.</summary>
    public Timestamp AttemptBegan { get; set; }

    /// <summary>When <see cref="Initiation"/> was sent.</summary>
    public Timestamp InitiatedAt { get; set; }

    public Timestamp LastHandshake { get; set; } = Timestamp.Never;

    public bool HasHandshake => LastHandshake != Timestamp.Never;

    /// <summary>The present session had its handshake begun because it is about to end: once is enough.</summary>
    public bool IsRenewedInTime { get; set; }

    // Timers: when each is due; Never is off.

    public Timestamp RetransmitAt { get; set; } = Timestamp.Never;

    public Timestamp KeepaliveAt { get; set; } = Timestamp.Never;

    /// <summary>Data was sent and nothing came back until then: the session may be dead.</summary>
    public Timestamp SilentAt { get; set; } = Timestamp.Never;

    public Timestamp PersistentAt { get; set; } = Timestamp.Never;

    public TimeSpan PersistentKeepalive { get; set; }

    /// <summary>Drawn anew with each handshake, so that packets cost no entropy.</summary>
    public TimeSpan Jitter { get; set; }

    // What Poll shall send.

    public bool WantsInitiation { get; set; }

    /// <summary>The initiation that is wanted waits until there is a way to the peer.</summary>
    public bool IsHeld { get; set; }

    /// <summary><see cref="Initiation"/>'s message once more, another way.</summary>
    public bool WantsRepeat { get; set; }

    public bool WantsKeepalive { get; set; }

    public StagedPackets Staged;

    /// <summary>The soonest of all that time brings.</summary>
    public Timestamp Deadline
    {
        get
        {
            var timers = Timestamp.Min(Timestamp.Min(RetransmitAt, KeepaliveAt), Timestamp.Min(SilentAt, PersistentAt));
            var sessions = Timestamp.Min(Ends(Current), Timestamp.Min(Ends(Previous), Ends(Next)));
            return Timestamp.Min(timers, sessions);
        }
    }

    public void ZeroKeys() => CryptographicOperations.ZeroMemory(_keys);

    private static Timestamp Ends(Session? session) => session?.ExpiresAt ?? Timestamp.Never;
}
