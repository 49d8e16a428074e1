using System.Security.Cryptography;
using Edge.Crypto;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;

namespace Edge.Protocols.Disco;

/// <summary>One peer: where it may be, which of these is used, and when what is due. <see cref="PathDiscovery"/>'s parts work on it; it knows none of them.</summary>
internal sealed class DiscoPeer(PeerId id) : Scheduled
{
    public const int None = -1;

    private readonly byte[] _sharedKey = GC.AllocateArray<byte>(CryptoBox.SharedKeySize, pinned: true);
    private Candidate[] _candidates = [];

    public PeerId Id => id;

    public PublicKey NodeKey { get; set; }

    public PublicKey DiscoKey { get; set; }

    public int HomeRegion { get; set; }

    /// <summary>Nobody's peer any more: pings and pongs of it that are still about count for nothing.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Another peer with the same disco key: one process may be several nodes.</summary>
    public DiscoPeer? NextOfKey { get; set; }

    /// <summary>32 bytes, once <see cref="HasSharedKey"/>.</summary>
    public Span<byte> SharedKey => _sharedKey;

    public bool HasSharedKey { get; set; }

    public int CandidateCount { get; private set; }

    public Span<Candidate> Candidates => _candidates.AsSpan(0, CandidateCount);

    /// <summary>The candidate in use, by its place; <see cref="None"/>.</summary>
    public int Best { get; set; } = None;

    public PathState State { get; set; }

    /// <summary>Until then the path in use is used alone.</summary>
    public Timestamp TrustedUntil { get; set; }

    /// <summary>When there last were packets for it.</summary>
    public Timestamp? ActiveAt { get; set; }

    /// <summary>Pings on the path in use that failed in a row.</summary>
    public int Failures { get; set; }

    /// <summary>Rounds since the peer was wanted again or said something new of itself.</summary>
    public int Rounds { get; set; }

    // Timers: when each is due; Never is off.

    public Timestamp HeartbeatAt { get; set; } = Timestamp.Never;

    public Timestamp RoundAt { get; set; } = Timestamp.Never;

    /// <summary>No answer by then: the first round has failed.</summary>
    public Timestamp ProbingEndsAt { get; set; } = Timestamp.Never;

    public Timestamp DegradedEndsAt { get; set; } = Timestamp.Never;

    // What Poll shall send.

    public bool WantsCall { get; set; }

    public bool WantsRelayPing { get; set; }

    /// <summary>There were packets for it and no way.</summary>
    public bool IsMissed { get; set; }

    /// <summary>A way to it was found, and nobody was told yet.</summary>
    public bool IsFound { get; set; }

    /// <summary>A call waits until our own endpoints are fresh.</summary>
    public bool AwaitsEndpoints { get; set; }

    /// <summary>The soonest of all that time brings.</summary>
    public Timestamp Deadline => Timestamp.Min(Timestamp.Min(HeartbeatAt, RoundAt), Timestamp.Min(ProbingEndsAt, DegradedEndsAt));

    public bool IsActive(Timestamp now) => ActiveAt is { } at && now - at < DiscoLimits.ActiveTime;

    /// <summary>The candidate at an endpoint; <see cref="None"/>: there is none.</summary>
    public int Find(Endpoint remote)
    {
        for (var i = 0; i < CandidateCount; i++)
        {
            if (_candidates[i].Remote == remote)
                return i;
        }
        return None;
    }

    /// <summary>The candidate at an endpoint, new where there was none; where no more fit, another gives way.</summary>
    public ref Candidate FindOrAdd(Endpoint remote)
    {
        var at = Find(remote);
        if (at != None)
            return ref _candidates[at];
        if (CandidateCount == DiscoLimits.MaxCandidates)
        {
            at = LeastWorth();
            _candidates[at] = default;
        }
        else
        {
            if (CandidateCount == _candidates.Length)
                Array.Resize(ref _candidates, Math.Clamp(2 * CandidateCount, 4, DiscoLimits.MaxCandidates));
            at = CandidateCount++;
        }
        _candidates[at].Remote = remote;
        return ref _candidates[at];
    }

    /// <summary>Takes what a source now says in place of what it said before. A candidate that nobody names any more is forgotten, unless it is in use.</summary>
    /// <returns>True: there is one among them that was none before.</returns>
    public bool Name(ReadOnlySpan<Endpoint> endpoints, CandidateSources source)
    {
        for (var i = CandidateCount - 1; i >= 0; i--)
        {
            if (endpoints.Contains(_candidates[i].Remote))
                continue;
            _candidates[i].Sources &= ~source;
            if (_candidates[i].Sources == CandidateSources.None && i != Best)
                RemoveAt(i);
        }
        var isAnyNew = false;
        foreach (var endpoint in endpoints)
        {
            isAnyNew |= Find(endpoint) == None;
            FindOrAdd(endpoint).Sources |= source;
        }
        return isAnyNew;
    }

    /// <summary>Forgets all that was learned of the way.</summary>
    public void Reset()
    {
        CandidateCount = 0;
        Best = None;
        State = PathState.Unknown;
        ActiveAt = null;
        (Failures, Rounds) = (0, 0);
        (HeartbeatAt, RoundAt, ProbingEndsAt, DegradedEndsAt) = (Timestamp.Never, Timestamp.Never, Timestamp.Never, Timestamp.Never);
        (WantsCall, WantsRelayPing, AwaitsEndpoints) = (false, false, false);
        ZeroKey();
    }

    public void ZeroKey()
    {
        CryptographicOperations.ZeroMemory(_sharedKey);
        HasSharedKey = false;
    }

    private void RemoveAt(int at)
    {
        CandidateCount--;
        _candidates[at] = _candidates[CandidateCount];
        _candidates[CandidateCount] = default;
        if (Best == CandidateCount)
            Best = at;
    }

    /// <summary>Not the one in use; of the rest, one that never answered before one that did, then the one that was heard of longest ago.</summary>
    private int LeastWorth()
    {
        var least = None;
        for (var i = 0; i < CandidateCount; i++)
        {
            if (i != Best && (least == None || Worth(_candidates[i]) < Worth(_candidates[least])))
                least = i;
        }
        return least;
    }

    private static Int128 Worth(in Candidate candidate)
    {
        var rank = candidate.AnsweredAt is not null ? 2 : (candidate.Sources & ~CandidateSources.Heard) != 0 ? 1 : 0;
        return ((Int128)rank << 64) + ((candidate.AnsweredAt ?? candidate.HeardAt)?.Nanoseconds ?? long.MinValue);
    }
}
