using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>One connection to a relay: its state, and what waits for it. The relay changes it; the shell reads what is public.</summary>
internal sealed class RelayClient : Scheduled
{
    public RelayClient(FrameBlocks blocks, Endpoint remote, bool isNotIdeal)
    {
        Outgoing = new OutgoingFrames(blocks, DerpLimits.QueuedPackets, DerpLimits.QueuedPackets);
        (Remote, IsNotIdeal) = (remote, isNotIdeal);
    }

    public RelayClientState State { get; set; }

    /// <summary>Why it is closed, once it is.</summary>
    public RelayCloseReason CloseReason { get; set; }

    /// <summary>Closed for what it sent: control frames that it was to get before may be taken still.</summary>
    public bool IsFaulty => State == RelayClientState.Closed && CloseReason is RelayCloseReason.WrongSize or RelayCloseReason.NotPermitted or RelayCloseReason.BadHello;

    /// <summary>Its node key: proven, once it has said hello.</summary>
    public PublicKey Key { get; set; }

    /// <summary>Where it connects from.</summary>
    public Endpoint Remote { get; }

    /// <summary>Whether it would rather be at another relay of the region.</summary>
    public bool IsNotIdeal { get; }

    public ClientHello Hello { get; set; }

    public bool IsMesh => Hello.IsMesh;

    public bool IsPreferred { get; set; }

    /// <summary>It has sent more than it may: nothing is read of it before this.</summary>
    public Timestamp ResumeAt { get; set; }

    /// <summary>The shell's own; the relay does not look at it.</summary>
    public object? Tag { get; set; }

    public OutgoingFrames Outgoing { get; }

    // The reader is changed in place.
    public FrameReader Reader;

    public TokenBucket Allowance;

    /// <summary>"Not here" is told a few times at once, then once a second.</summary>
    public TokenBucket NotHereAllowance;

    public Timestamp ConnectedAt { get; set; }

    public Timestamp HandshakeDeadline { get; set; }

    public TimeSpan KeepAliveInterval { get; set; }

    public Timestamp NextKeepAlive { get; set; }

    public Timestamp WriteDeadline { get; set; } = Timestamp.Never;

    /// <summary>A pong waits: who pings faster than it reads gets fewer.</summary>
    public bool HasPong { get; set; }

    /// <summary>Whose packets it was sent: it is told when one of them leaves. Null: nobody's yet.</summary>
    public HashSet<PublicKey>? Senders { get; set; }

    /// <summary>The last of them, which mostly is the next one too.</summary>
    public PublicKey LastSender { get; set; }

    /// <summary>All connections with its key.</summary>
    public ClientSet? Set { get; set; }

    /// <summary>Whether it is told who comes and goes.</summary>
    public bool Watches { get; set; }

    /// <summary>Whether the shell was told that it has something to write.</summary>
    public bool IsAnnounced { get; set; }

    public DerpPeerFlags Flags
    {
        get
        {
            var flags = (Hello.IsProber ? DerpPeerFlags.Prober : 0) | (IsMesh ? DerpPeerFlags.MeshPeer : 0) | (IsNotIdeal ? DerpPeerFlags.NotIdeal : 0);
            return flags == 0 ? DerpPeerFlags.Regular : flags;
        }
    }

    /// <summary>The soonest of its deadlines.</summary>
    public Timestamp NextDeadline => State switch
    {
        RelayClientState.Open => Timestamp.Min(NextKeepAlive, WriteDeadline),
        RelayClientState.Closed => Timestamp.Never,
        _ => Timestamp.Min(HandshakeDeadline, WriteDeadline),
    };
}
