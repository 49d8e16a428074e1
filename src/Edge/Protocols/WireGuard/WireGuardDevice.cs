using Edge.Crypto;
using Edge.Crypto.Noise;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Buffers;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;

namespace Edge.Protocols.WireGuard;

/// <summary>
/// One private key and its peers: WireGuard (whitepaper of 2020) without sockets, clock or threads. One shard owns it.
/// <para>
/// Verbs. <see cref="Open"/> takes a datagram and opens it in place. <see cref="BeginRun"/> and <see cref="SealRun.Seal"/> seal packets in
/// place. <see cref="Poll"/> gives what else is to be sent, one datagram a call, until it gives none: call it after a batch of datagrams was
/// opened and when <see cref="NextDeadline"/> has come, before new packets are sealed, so that packets staged earlier leave first.
/// </para>
/// <para>
/// Cryptokey routing is the caller's: it picks the peer by the packet's destination before sealing, and checks after opening that the packet's
/// source address routes to the peer that sent it. Until then an opened packet is authentic, but not entitled to its source.
/// </para>
/// <para>
/// Entropy is the source given to the constructor. It is drawn from for ephemeral keys, receiver indices, jitter, cookies and their nonces, and
/// never for data. Time is the argument of each verb and must not go back; the wall time, for handshakes' timestamps, is an argument of
/// <see cref="Poll"/> and may do anything.
/// </para>
/// </summary>
internal sealed partial class WireGuardDevice : IDisposable
{
    private const int MostSpareSessions = 64;

    private readonly X25519KeyPair _identity;
    private readonly byte[] _mac1Key = new byte[32];
    private readonly byte[] _cookieKey = new byte[32];
    private readonly EntropySource _entropy;
    private readonly AeadContext _aead = new();
    private readonly NoiseHandshake _responder = new(NoiseProtocol.IKpsk2);
    private readonly ReceiverIndices _indices;
    private readonly DeadlineHeap<Peer> _deadlines = new();
    private readonly AnswerQueue _answers = new();
    private readonly CookieIssuer _cookies;
    private readonly PacketBlocks _blocks;
    private readonly int _stagedPerPeer;
    private readonly ulong[] _verdicts = new ulong[Enum.GetValues<OpenVerdict>().Length];
    private readonly Stack<Session> _spareSessions = new();
    private readonly Stack<Initiation> _spareInitiations = new();
    private readonly Dictionary<PublicKey, Peer> _byKey = [];
    private readonly Queue<int> _freeIds = new();
    private Peer?[] _peers = new Peer?[16];
    private int _usedIds = 1;
    private int _longestStaged;
    private LoadGauge _load;
    private SourceLimiter? _sources;
    private StrangerPackets? _strangers;

    // The peers with something to send, in a line.
    private WaitingLine<Peer> _waiting;

    /// <param name="options">Copied.</param>
    /// <param name="entropy">Kept; see above for what is drawn.</param>
    public WireGuardDevice(in DeviceOptions options, EntropySource entropy)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.PrivateKey.Length, X25519.Size);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.Shard, ReceiverIndex.MaxShards);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Mtu, WireGuardLimits.PaddingMultiple);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StagedPerPeer, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.StagedInAll, 1);
        _identity = new X25519KeyPair(options.PrivateKey);
        MessageMacs.DeriveKeys(_identity.PublicKey, _mac1Key, _cookieKey);
        _entropy = entropy;
        _indices = new ReceiverIndices(options.Shard, entropy);
        _cookies = new CookieIssuer(entropy);
        _blocks = new PacketBlocks(options.Mtu, options.StagedInAll);
        _stagedPerPeer = options.StagedPerPeer;
        _load = new LoadGauge(options.HandshakeBurst, options.HandshakesPerSecond);
        Mtu = options.Mtu;
        _longestStaged = Mtu;
        LatestStamp = options.LatestStamp;
    }

    /// <summary>32 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => _identity.PublicKey;

    /// <summary>The tunnel's MTU, in bytes.</summary>
    public int Mtu { get; }

    /// <summary>
    /// The greatest timestamp that any initiation of this device has carried: to be kept where state persists and given back by
    /// <see cref="DeviceOptions.LatestStamp"/>, or peers take initiations after a restart for replays when the wall clock went back.
    /// </summary>
    public HandshakeStamp LatestStamp { get; private set; }

    public int PeerCount => _byKey.Count;

    /// <summary>Room that <see cref="Poll"/> needs: its largest datagram, in bytes.</summary>
    public int PollBufferSize => Math.Max(Foundation.Wire.WireGuardInitiation.Size, DatagramSize(_longestStaged));

    /// <summary>Packets that were given up before they could be sealed.</summary>
    public ulong LostStaged { get; private set; }

    /// <summary>How many datagrams had this verdict.</summary>
    public ulong CountOf(OpenVerdict verdict) => _verdicts[(int)verdict];

    /// <summary>Adds a peer. An initiation of it that came a moment before is taken now.</summary>
    /// <exception cref="ArgumentException">The key is this device's own or another peer's, or a key has a wrong size.</exception>
    /// <exception cref="InvalidOperationException">There are 65,536 peers.</exception>
    public PeerId AddPeer(Timestamp now, in PeerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(options.PublicKey.Length, X25519.Size);
        if (options.PresharedKey.Length is not (0 or 32))
            throw new ArgumentException($"The pre-shared key has {options.PresharedKey.Length} bytes: it must have 32, or none.", nameof(options));
        if (options.PublicKey.SequenceEqual(_identity.PublicKey))
            throw new ArgumentException("The peer's public key is this device's own.", nameof(options));
        var key = new PublicKey(options.PublicKey);
        if (_byKey.ContainsKey(key))
            throw new ArgumentException($"There is a peer with the public key {key}.", nameof(options));
        if (_byKey.Count >= WireGuardLimits.MaxPeers)
            throw new InvalidOperationException($"A device has at most {WireGuardLimits.MaxPeers} peers.");

        if (!_freeIds.TryDequeue(out var id))
            id = _usedIds++;
        if (id == _peers.Length)
            Array.Resize(ref _peers, 2 * id);
        // Whoever had this key before may have been sent any stamp up to the latest.
        var peer = new Peer(new PeerId(id), options) { LastSentStamp = LatestStamp };
        _peers[id] = peer;
        _byKey.Add(key, peer);
        SetPersistentKeepalive(now, peer.Id, options.PersistentKeepalive);
        TakeEarly(now, key);
        return peer.Id;
    }

    /// <summary>Forgets a peer: its keys are zeroed, what waits for it is dropped. Its id will be another's.</summary>
    /// <returns>False: there was none.</returns>
    public bool RemovePeer(PeerId id)
    {
        if (Find(id) is not { } peer)
            return false;
        LostStaged += (ulong)peer.Staged.Clear(_blocks);
        EndInitiation(peer);
        peer.Current = End(peer.Current);
        peer.Previous = End(peer.Previous);
        peer.Next = End(peer.Next);
        _deadlines.Remove(peer);
        _waiting.Remove(peer);
        _byKey.Remove(new PublicKey(peer.PublicKey));
        _peers[id.Value] = null;
        _freeIds.Enqueue(id.Value);
        peer.ZeroKeys();
        return true;
    }

    /// <summary><see cref="PeerId.None"/>: no peer has this key.</summary>
    /// <param name="publicKey">32 bytes.</param>
    public PeerId FindPeer(ReadOnlySpan<byte> publicKey) => _byKey.TryGetValue(new PublicKey(publicKey), out var peer) ? peer.Id : PeerId.None;

    /// <summary>A peer's.</summary>
    public PublicKey PublicKeyOf(PeerId id) => new(Require(id).PublicKey);

    /// <summary>Where the peer is now said to be; its next authentic datagram may say otherwise.</summary>
    public void SetPath(PeerId id, in DatagramPath path)
    {
        var peer = Require(id);
        if (peer.Path == path)
            return;
        peer.Path = path;
        PathFound(id);
    }

    /// <summary>
    /// The initiation that <see cref="Poll"/> gave last has no way to its peer: it counts as not made, and another is made as soon as
    /// <see cref="PathFound"/> tells of a way, or at its time.
    /// </summary>
    public void Hold(Timestamp now, PeerId id)
    {
        if (Find(id) is not { Initiation: not null } peer)
            return;
        EndInitiation(peer);
        peer.SentBytes -= Foundation.Wire.WireGuardInitiation.Size;
        peer.IsHeld = peer.WantsInitiation = true;
        peer.InitiatesFrom = now;
        // InitiatesFrom does not hold it back: nothing was sent. That no way is found must not mean that none is looked for.
        peer.RetransmitAt = now + WireGuardLimits.RekeyTimeout + peer.Jitter;
        Schedule(peer);
    }

    /// <summary>
    /// There is a way to the peer, or another than before: an initiation that was held is made, one that has no answer yet is sent again as it was.
    /// </summary>
    public void PathFound(PeerId id)
    {
        if (Find(id) is not { } peer)
            return;
        if (peer.IsHeld)
        {
            Release(peer);
            peer.RetransmitAt = Timestamp.Never;
        }
        else if (peer.Initiation is { Repeats: < WireGuardLimits.MostRepeats } initiation)
        {
            initiation.Repeats++;
            peer.WantsRepeat = true;
            _waiting.Add(peer);
        }
    }

    /// <summary>The peer has begun anew and knows none of its sessions any more: what is sent from now on waits for a handshake.</summary>
    public void Restart(Timestamp now, PeerId id)
    {
        if (Find(id) is not { } peer)
            return;
        if (peer.HasHandshake && now - peer.LastHandshake < WireGuardLimits.RekeyTimeout)
        {
            // It may be one that the peer made after it began: it is used, and renewed where nothing comes back as soon as that may be.
            if (peer.Current is not null && !peer.WantsInitiation)
            {
                peer.SilentAt = peer.InitiatesFrom;
                Schedule(peer);
            }
            return;
        }
        peer.Current = End(peer.Current);
        peer.Previous = End(peer.Previous);
        peer.Next = End(peer.Next);
        (peer.SilentAt, peer.KeepaliveAt) = (Timestamp.Never, Timestamp.Never);
        if (peer.Initiation is null && !peer.IsHeld)
            peer.InitiatesFrom = now;
        PathFound(id);
    }

    /// <summary>Where the peer's last authentic datagram came from, or where it was said to be.</summary>
    public DatagramPath PathOf(PeerId id) => Require(id).Path;

    /// <param name="now">The interval starts now.</param>
    /// <param name="id">The peer.</param>
    /// <param name="interval">Zero: never.</param>
    public void SetPersistentKeepalive(Timestamp now, PeerId id, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.Zero);
        var peer = Require(id);
        peer.PersistentKeepalive = interval;
        peer.PersistentAt = Timestamp.Never;
        // The first one at once: it opens the way through a NAT before anything is to be said.
        if (interval > TimeSpan.Zero)
            Connect(now, id);
    }

    /// <summary>Takes effect with the next handshake.</summary>
    /// <param name="id">The peer.</param>
    /// <param name="key">32 bytes, or empty for none.</param>
    public void SetPresharedKey(PeerId id, ReadOnlySpan<byte> key)
    {
        if (key.Length is not (0 or 32))
            throw new ArgumentException($"The pre-shared key has {key.Length} bytes: it must have 32, or none.", nameof(key));
        var peer = Require(id);
        peer.PresharedKeyForWriting.Clear();
        key.CopyTo(peer.PresharedKeyForWriting);
    }

    /// <summary>Sends an empty message to the peer; where there is no session, a handshake comes first.</summary>
    public void Connect(Timestamp now, PeerId id) => WantKeepalive(now, Require(id));

    public PeerStatus StatusOf(PeerId id)
    {
        var peer = Require(id);
        return new PeerStatus(peer.Path, peer.LastHandshake, peer.SentBytes, peer.ReceivedBytes, peer.Initiation is not null, peer.Staged.Count);
    }

    /// <summary>Zeroes all keys.</summary>
    public void Dispose()
    {
        for (var id = 1; id < _usedIds; id++)
            RemovePeer(new PeerId(id));
        _responder.Clear();
        _cookies.Dispose();
        _aead.Dispose();
        _identity.Dispose();
    }

    /// <summary>The session that a peer sends with; null: none.</summary>
    internal Session? CurrentSessionOf(PeerId id) => Require(id).Current;

    private Peer? Find(PeerId id) => (uint)id.Value < (uint)_peers.Length ? _peers[id.Value] : null;

    private Peer Require(PeerId id) => Find(id) ?? throw new ArgumentException($"There is no peer {id.Value}.", nameof(id));

    private Session NewSession() => _spareSessions.TryPop(out var session) ? session : new Session();

    /// <summary>Ends a session: its keys are zeroed, its index is nobody's.</summary>
    /// <returns>Null, for the place that it had.</returns>
    private Session? End(Session? session)
    {
        if (session is null)
            return null;
        _indices.Remove(session.LocalIndex);
        session.End();
        _aead.Forget();
        if (_spareSessions.Count < MostSpareSessions)
            _spareSessions.Push(session);
        return null;
    }

    private void EndInitiation(Peer peer)
    {
        if (peer.Initiation is null)
            return;
        _indices.Remove(peer.InitiationIndex);
        Recycle(peer);
    }

    /// <summary>The initiation has come to an end; its index is dealt with.</summary>
    private void Recycle(Peer peer)
    {
        var initiation = peer.Initiation!;
        (peer.Initiation, peer.WantsRepeat) = (null, false);
        initiation.Handshake.Clear();
        initiation.Repeats = 0;
        if (_spareInitiations.Count < MostSpareSessions)
            _spareInitiations.Push(initiation);
    }
}
