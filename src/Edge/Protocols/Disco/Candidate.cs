using Edge.Foundation.Addresses;
using Edge.Foundation.Time;

namespace Edge.Protocols.Disco;

/// <summary>An endpoint at which a peer may be.</summary>
internal struct Candidate
{
    public Endpoint Remote;

    /// <summary>Our address that it last spoke to; the default: the system chooses.</summary>
    public IpAddress Local;

    public CandidateSources Sources;

    /// <summary>When it was last pinged.</summary>
    public Timestamp? PingedAt;

    /// <summary>When it last answered.</summary>
    public Timestamp? AnsweredAt;

    /// <summary>When a ping last came from there.</summary>
    public Timestamp? HeardAt;

    /// <summary>There and back, of the last answer.</summary>
    public TimeSpan Latency;

    public bool WantsPing;

    /// <summary>The pong to that ping is to be told.</summary>
    public bool IsAsked;

    public readonly DatagramPath Path => new(Remote, Local);

    /// <summary>
    /// Whether this one is to be used instead of <paramref name="other"/>; both have answered. The share by which it is faster counts, with
    /// something added for near networks and for IPv6; within one per cent nothing changes, so that two equal paths do not take turns
    /// (tailscale 1.96.5, wgengine/magicsock/endpoint.go, betterAddr).
    /// </summary>
    public readonly bool IsBetterThan(in Candidate other)
    {
        var (mine, theirs) = (Bonus(Remote.Address), Bonus(other.Remote.Address));
        if (Latency > other.Latency)
            theirs += Gain(other.Latency, Latency);
        else if (other.Latency > TimeSpan.Zero)
            mine += Gain(Latency, other.Latency);
        return mine > theirs && (mine > 1 || theirs > 0);
    }

    /// <summary>By how many per cent the faster one is faster.</summary>
    private static int Gain(TimeSpan faster, TimeSpan slower) => (int)(100 - faster.Ticks * 100 / slower.Ticks);

    private static int Bonus(IpAddress address)
    {
        var bonus = address.IsV4 ? 0 : 10;
        if (address.IsLoopback)
            return bonus + 50;
        if (address.IsLinkLocal)
            return bonus + 30;
        return address.IsPrivate ? bonus + 20 : bonus;
    }
}
