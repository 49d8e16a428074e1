using Edge.Foundation.Time;

namespace Edge.Protocols.Disco;

internal sealed partial class PathDiscovery
{
    /// <summary>When <see cref="Poll"/> is to be called at the latest; in the past where something waits already.</summary>
    public Timestamp NextDeadline => _pongs.Count > 0 || _waiting.First is not null ? new Timestamp(long.MinValue) : Timestamp.Min(_deadlines.Next, _pings.NextTimeout);

    private void RunTimers(Timestamp now)
    {
        while (_pings.TryTakeFailed(now, out var ping))
            TakeFailure(now, ping);
        while (_deadlines.TakeDue(now) is { } peer)
        {
            if (peer.ProbingEndsAt <= now)
                EndProbing(peer);
            if (peer.DegradedEndsAt <= now)
                EndDegraded(now, peer);
            if (peer.HeartbeatAt <= now)
                Beat(now, peer);
            if (peer.RoundAt <= now)
            {
                peer.RoundAt = Timestamp.Never;
                Round(now, peer);
            }
            Schedule(peer);
        }
    }

    private void TakeFailure(Timestamp now, in PendingPing ping)
    {
        var peer = ping.Peer;
        if (peer.IsRemoved || ping.Region != 0 || peer.Best == DiscoPeer.None || peer.Candidates[peer.Best].Remote != ping.Remote)
            return;
        // One that was sent before the last answer says nothing about now.
        if (peer.Candidates[peer.Best].AnsweredAt is { } at && ping.SentAt < at)
            return;
        peer.Failures++;
        if (peer.State != PathState.Direct || peer.Failures < _options.DegradedAfterFailures)
            return;
        peer.DegradedEndsAt = now + _options.DegradedTimeout;
        SetState(peer, PathState.Degraded);
        peer.Rounds = 0;
        BeginRound(now, peer);
    }

    /// <summary>There are packets for a peer that nobody spoke to lately.</summary>
    private void Wake(Timestamp now, DiscoPeer peer)
    {
        peer.Rounds = 0;
        if (peer.Best == DiscoPeer.None || now >= peer.TrustedUntil)
            BeginRound(now, peer);
        else
            peer.RoundAt = now + _options.ReprobeInterval;
        if (peer.Best != DiscoPeer.None)
            peer.HeartbeatAt = now + _options.HeartbeatInterval;
        Schedule(peer);
    }

    /// <summary>Pings all candidates and calls the peer.</summary>
    private void BeginRound(Timestamp now, DiscoPeer peer)
    {
        foreach (ref var candidate in peer.Candidates)
            candidate.WantsPing = true;
        if (peer.State == PathState.Unknown)
        {
            peer.ProbingEndsAt = now + _options.ProbeTimeout;
            SetState(peer, PathState.Probing);
        }
        peer.RoundAt = now + (peer.Rounds < DiscoLimits.QuickRounds ? Shorter(_options.ProbeTimeout, _options.ReprobeInterval) : _options.ReprobeInterval);
        peer.Rounds++;
        Call(now, peer);
        _waiting.Add(peer);
        Schedule(peer);
    }

    /// <summary>Calls the peer by its relay, with endpoints that are fresh.</summary>
    private void Call(Timestamp now, DiscoPeer peer)
    {
        if (peer.HomeRegion == 0)
            return;
        if (now >= _localEndpointsUntil)
        {
            peer.AwaitsEndpoints = true;
            NeedsEndpoints = true;
            return;
        }
        peer.WantsCall = true;
        _waiting.Add(peer);
    }

    private void Round(Timestamp now, DiscoPeer peer)
    {
        if (!peer.IsActive(now))
            return;
        var isGoodEnough = peer.State == PathState.Direct && now < peer.TrustedUntil && peer.Candidates[peer.Best].Latency <= DiscoLimits.GoodEnough;
        if (isGoodEnough)
            peer.RoundAt = now + _options.ReprobeInterval;
        else
            BeginRound(now, peer);
    }

    private void Beat(Timestamp now, DiscoPeer peer)
    {
        if (peer.Best == DiscoPeer.None || !peer.IsActive(now))
        {
            peer.HeartbeatAt = Timestamp.Never;
            return;
        }
        peer.HeartbeatAt = now + _options.HeartbeatInterval;
        peer.Candidates[peer.Best].WantsPing = true;
        _waiting.Add(peer);
    }

    private void EndProbing(DiscoPeer peer)
    {
        peer.ProbingEndsAt = Timestamp.Never;
        if (peer.State == PathState.Probing)
            SetState(peer, PathState.RelayOnly);
    }

    private void EndDegraded(Timestamp now, DiscoPeer peer)
    {
        peer.DegradedEndsAt = Timestamp.Never;
        if (peer.State != PathState.Degraded)
            return;
        peer.Best = DiscoPeer.None;
        peer.Failures = 0;
        SetState(peer, PathState.RelayOnly);
        if (peer.IsActive(now) && peer.RoundAt == Timestamp.Never)
            peer.RoundAt = now + _options.ReprobeInterval;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private void Schedule(DiscoPeer peer) => _deadlines.Schedule(peer, peer.Deadline);
}
