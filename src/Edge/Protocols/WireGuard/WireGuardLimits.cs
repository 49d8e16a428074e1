namespace Edge.Protocols.WireGuard;

/// <summary>The constants of whitepaper section 6.1 and of the reference implementations where the whitepaper leaves them open.</summary>
internal static class WireGuardLimits
{
    /// <summary>Messages sent with one session after which a new one is negotiated.</summary>
    public const ulong RekeyAfterMessages = 1UL << 60;

    /// <summary>Counters from here on are never sent and never accepted: 2^64 - 2^13 - 1.</summary>
    public const ulong RejectAfterMessages = ulong.MaxValue - (1UL << 13);

    /// <summary>Bytes to which plaintext is padded, as far as the MTU allows.</summary>
    public const int PaddingMultiple = 16;

    /// <summary>Type, receiver and counter before the packet, the tag behind it.</summary>
    public const int HeaderSize = 16;

    /// <summary>Poly1305's.</summary>
    public const int TagSize = 16;

    /// <summary>
    /// How often the message of one initiation is sent again, as it was, because another way to the peer was found. Who has taken it drops the
    /// others as replays.
    /// </summary>
    public const int MostRepeats = 4;

    /// <summary>The peers that one device may have.</summary>
    public const int MaxPeers = 1 << 16;

    /// <summary>Age of a session from which its initiator negotiates a new one when it sends.</summary>
    public static TimeSpan RekeyAfterTime => TimeSpan.FromSeconds(120);

    /// <summary>Age from which a session neither sends nor receives.</summary>
    public static TimeSpan RejectAfterTime => TimeSpan.FromSeconds(180);

    /// <summary>How long an initiation is repeated without an answer; data to send begins it anew.</summary>
    public static TimeSpan RekeyAttemptTime => TimeSpan.FromSeconds(90);

    /// <summary>Between two initiations for one peer, plus a jitter of up to <see cref="RekeyTimeoutJitter"/>.</summary>
    public static TimeSpan RekeyTimeout => TimeSpan.FromSeconds(5);

    /// <summary>A third of a second.</summary>
    public static TimeSpan RekeyTimeoutJitter => TimeSpan.FromMilliseconds(333);

    /// <summary>How long after data was received an empty message answers, where nothing else did.</summary>
    public static TimeSpan KeepaliveTimeout => TimeSpan.FromSeconds(10);

    /// <summary>Life of a cookie, with its sender and with its receiver.</summary>
    public static TimeSpan CookieRefreshTime => TimeSpan.FromSeconds(120);

    /// <summary>The least time between two initiations that are taken from one peer: 50 a second.</summary>
    public static TimeSpan InitiationInterval => TimeSpan.FromMilliseconds(20);
}
