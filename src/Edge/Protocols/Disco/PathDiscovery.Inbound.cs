using Edge.Foundation.Addresses;
using Edge.Foundation.Buffers;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Disco;

internal sealed partial class PathDiscovery
{
    /// <summary>Takes a packet that came by UDP, from anywhere.</summary>
    /// <param name="now">The time.</param>
    /// <param name="packet">The datagram, or what lay in a relay session's.</param>
    /// <param name="path">The way it came.</param>
    public DiscoVerdict Handle(Timestamp now, ReadOnlySpan<byte> packet, in DatagramPath path) => Count(Take(now, packet, path, 0, default));

    /// <summary>Takes a packet that a relay brought.</summary>
    /// <param name="now">The time.</param>
    /// <param name="packet">The relayed packet.</param>
    /// <param name="region">Which relay; not 0.</param>
    /// <param name="sender">The node that the relay says sent it.</param>
    public DiscoVerdict HandleRelayed(Timestamp now, ReadOnlySpan<byte> packet, int region, in PublicKey sender) =>
        Count(Take(now, packet, default, region, sender));

    private DiscoVerdict Count(DiscoVerdict verdict)
    {
        _verdicts[(int)verdict]++;
        return verdict;
    }

    private DiscoVerdict Take(Timestamp now, ReadOnlySpan<byte> bytes, in DatagramPath path, int region, in PublicKey relayedFrom)
    {
        if (!DiscoPacket.TryRead(bytes, out var packet))
            return DiscoVerdict.NotDisco;
        // Strangers cost a look-up and no cryptography.
        if (!_byKey.TryGetValue(new PublicKey(packet.Sender), out var peer))
        {
            (_strangers ??= new StrangerPackets()).Keep(now, new PublicKey(packet.Sender), bytes, region == 0 ? path : RelayPath.Of(region));
            return DiscoVerdict.UnknownSender;
        }
        if (!EnsureSharedKey(peer))
            return DiscoVerdict.UnknownSender;
        var size = DiscoBox.Open(peer.SharedKey, packet, _message);
        if (size < 0)
            return DiscoVerdict.Forged;
        ReadOnlySpan<byte> message = _message.AsSpan(0, size);
        if (!DiscoHeader.TryRead(message, out var header))
            return DiscoVerdict.Malformed;
        switch (header.Type)
        {
            case DiscoType.Ping:
                return DiscoPing.TryRead(message, out var ping) ? TakePing(now, peer, ping, path, region, relayedFrom) : DiscoVerdict.Malformed;
            case DiscoType.Pong:
                return DiscoPong.TryRead(message, out var pong) ? TakePong(now, peer.DiscoKey, pong, path, region) : DiscoVerdict.Malformed;
            case DiscoType.CallMeMaybe:
                return TakeCall(now, NodeOf(peer, relayedFrom), message, region);
            case DiscoType.BindUdpRelayEndpoint or DiscoType.BindUdpRelayEndpointChallenge or DiscoType.BindUdpRelayEndpointAnswer:
            case DiscoType.CallMeMaybeVia or DiscoType.AllocateUdpRelayEndpointRequest or DiscoType.AllocateUdpRelayEndpointResponse:
                return DiscoVerdict.Ignored;
            default:
                return DiscoVerdict.Malformed;
        }
    }

    /// <summary>A peer is known that was a stranger until now: what it said a moment before the netmap told of it is heard now.</summary>
    private void TakeEarly(Timestamp now, DiscoPeer peer)
    {
        Span<byte> packet = stackalloc byte[StrangerPackets.MaxLength];
        if (_strangers is null || !_strangers.TryTake(now, peer.DiscoKey, packet, out var length, out var path))
            return;
        var region = RelayPath.RegionOf(path);
        Count(Take(now, packet[..length], region == 0 ? path : default, region, peer.NodeKey));
    }

    /// <summary>Of the peers with one disco key, the node of this key; null: none.</summary>
    private static DiscoPeer? NodeOf(DiscoPeer? peer, in PublicKey nodeKey)
    {
        while (peer is not null && peer.NodeKey != nodeKey)
            peer = peer.NextOfKey;
        return peer;
    }

    private DiscoVerdict TakePing(Timestamp now, DiscoPeer first, in DiscoPing ping, in DatagramPath path, int region, in PublicKey relayedFrom)
    {
        // The key inside is a hint that says which of several nodes it is; that it is one of them, the box has proven.
        var peer = region != 0 ? NodeOf(first, relayedFrom) : ping.HasNodeKey ? NodeOf(first, new PublicKey(ping.NodeKey)) : first;
        if (peer is null)
            return DiscoVerdict.UnknownSender;
        // It is answered on the way it came, or what it tells of that way would be wrong.
        if (_pongs.TryAdd(peer, ping.TxId, path, region) && region == 0)
            Hear(now, peer, path);
        return DiscoVerdict.Ping;
    }

    /// <summary>
    /// A ping came from there, so that it may be a way: it is pinged back, where that is news. A ping of ours that was sent before may have been lost
    /// at a NAT which is open only now.
    /// </summary>
    private void Hear(Timestamp now, DiscoPeer peer, in DatagramPath path)
    {
        ref var candidate = ref peer.FindOrAdd(path.Remote);
        var isAnew = candidate.HeardAt is not { } heard || now - heard >= DiscoLimits.PingInterval;
        candidate.Sources |= CandidateSources.Heard;
        candidate.Local = path.Local;
        candidate.HeardAt = now;
        var isTrusted = peer.State == PathState.Direct && now < peer.TrustedUntil;
        if (candidate.AnsweredAt is not null && isTrusted)
            return;
        if (!isAnew && candidate.PingedAt is { } pinged && now - pinged < DiscoLimits.PingInterval)
            return;
        candidate.WantsPing = true;
        _waiting.Add(peer);
    }

    private DiscoVerdict TakePong(Timestamp now, in PublicKey sender, in DiscoPong pong, in DatagramPath path, int region)
    {
        if (!_pings.TryTake(pong.TxId, out var ping) || ping.Peer.IsRemoved || ping.Peer.DiscoKey != sender)
            return DiscoVerdict.UnknownPing;
        var peer = ping.Peer;
        if (ping.Region != region || ping.Remote != path.Remote)
            return DiscoVerdict.WrongWay;
        var latency = now - ping.SentAt;
        if (ping.IsAsked)
            Tell(new PathEvent(peer.Id, PathEventKind.Pong, peer.State, path.Remote, region, latency));
        if (region != 0)
            return DiscoVerdict.Pong;
        var at = peer.Find(path.Remote);
        if (at == DiscoPeer.None)
            return DiscoVerdict.Pong;
        ref var candidate = ref peer.Candidates[at];
        (candidate.AnsweredAt, candidate.Latency, candidate.Local) = (now, latency, path.Local);
        Weigh(now, peer, at);
        return DiscoVerdict.Pong;
    }

    /// <summary>A candidate has answered: it is used where it is the one in use, better than that, or the only one that still answers.</summary>
    private void Weigh(Timestamp now, DiscoPeer peer, int at)
    {
        var isTrusted = peer.State == PathState.Direct && now < peer.TrustedUntil;
        if (peer.Best != at && isTrusted && !peer.Candidates[at].IsBetterThan(peer.Candidates[peer.Best]))
            return;
        var isOther = peer.Best != at;
        if (isOther || peer.State != PathState.Direct)
            Found(peer);
        peer.Best = at;
        peer.Failures = 0;
        peer.TrustedUntil = now + TrustTime;
        (peer.ProbingEndsAt, peer.DegradedEndsAt) = (Timestamp.Never, Timestamp.Never);
        peer.Rounds = DiscoLimits.QuickRounds;
        if (peer.State != PathState.Direct)
            SetState(peer, PathState.Direct);
        else if (isOther)
            Tell(peer, PathEventKind.Endpoint);
        if (!peer.IsActive(now))
            return;
        if (peer.HeartbeatAt == Timestamp.Never)
            peer.HeartbeatAt = now + _options.HeartbeatInterval;
        if (isOther || peer.RoundAt == Timestamp.Never)
            peer.RoundAt = now + _options.ReprobeInterval;
        Schedule(peer);
    }

    /// <summary>The other side has pinged us at all of our endpoints, and its NAT is open for our pings now. One that cannot be read names nothing.</summary>
    private DiscoVerdict TakeCall(Timestamp now, DiscoPeer? peer, ReadOnlySpan<byte> message, int region)
    {
        if (region == 0)
            return DiscoVerdict.WrongWay;
        if (peer is null)
            return DiscoVerdict.UnknownSender;
        Span<Endpoint> named = stackalloc Endpoint[DiscoLimits.MaxCandidates];
        var count = 0;
        if (DiscoCallMeMaybe.TryRead(message, out var call))
        {
            var endpoints = new DiscoEndpoints(call.Endpoints);
            while (count < named.Length && endpoints.TryNext(out var endpoint))
                named[count++] = new Endpoint(new IpAddress(endpoint.Address), endpoint.Port);
        }
        named = named[..count];
        Name(peer, named, CandidateSources.Call);
        foreach (ref var candidate in peer.Candidates)
        {
            if ((candidate.Sources & CandidateSources.Call) == 0 || (candidate.PingedAt is { } at && now - at < DiscoLimits.CallInterval))
                continue;
            candidate.WantsPing = true;
            _waiting.Add(peer);
        }
        return DiscoVerdict.CallMeMaybe;
    }
}
