using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Stun;

/// <summary>
/// Asks the STUN servers of all regions, side by side, how far they are and where this node seems to be. Sans-I/O: <see cref="Begin"/>, then
/// <see cref="Poll"/> until it gives nothing and again at <see cref="NextDeadline"/>, and <see cref="Handle"/> for what comes back; the report is
/// complete when <see cref="IsRunning"/> is false. Times and numbers of tries are the stock client's (tailscale 1.96.5, net/netcheck/netcheck.go).
/// </summary>
internal sealed class NetCheck(EntropySource entropy)
{
    /// <summary>Servers that one check asks at most; those beyond are left.</summary>
    public const int MaxTargets = 1024;

    /// <summary>Room that <see cref="Poll"/> needs.</summary>
    public const int PollBufferSize = StunBinding.RequestSize;

    private const int FirstTries = 3;
    private const int LaterTries = 2;
    private const int HomeTries = 4;

    /// <summary>A later check asks so many of the nearest regions, and the home.</summary>
    private const int LaterRegions = 3;

    /// <summary>So many regions that answered are enough: the others get a while longer.</summary>
    private const int EnoughRegions = 3;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_firstGap = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_laterGap = TimeSpan.FromMilliseconds(200);

    private readonly List<Probe> _probes = [];
    private readonly Dictionary<TransactionId, (int Region, Endpoint Server, Timestamp SentAt)> _asked = [];
    private readonly SortedDictionary<int, RegionLatency> _regions = [];
    private int _next;
    private bool _isFirst;
    private Timestamp _endsAt = Timestamp.Never;
    private Endpoint? _mappedV4;
    private Endpoint? _mappedV6;
    private bool? _isVarying;

    public bool IsRunning { get; private set; }

    /// <summary>Somebody has answered the check that is under way.</summary>
    public bool HasAnswer => IsRunning && _regions.Count > 0;

    /// <summary>Of the last check that came to its end.</summary>
    public NetReport Report { get; private set; } = NetReport.Empty;

    /// <summary>When <see cref="Poll"/> is to be called at the latest.</summary>
    public Timestamp NextDeadline => !IsRunning ? Timestamp.Never : _next < _probes.Count ? Timestamp.Min(_probes[_next].At, _endsAt) : _endsAt;

    /// <summary>What is known before the check has come to its end.</summary>
    public NetReport SoFar(Timestamp now) =>
        new() { At = now, Regions = [.. _regions.Values], MappedV4 = _mappedV4, MappedV6 = _mappedV6, IsMappingVarying = _isVarying };

    /// <summary>Begins a check, in the place of one that is under way.</summary>
    /// <param name="now">The time.</param>
    /// <param name="targets">The servers, a region's in the order in which to try them; of the families that this node has.</param>
    /// <param name="home">This node's region, which is asked more often so that one lost answer does not move it; 0: none.</param>
    /// <param name="isFull">Ask all regions, not only the nearest of the last report.</param>
    public void Begin(Timestamp now, ReadOnlySpan<StunTarget> targets, int home = 0, bool isFull = true)
    {
        _probes.Clear();
        _asked.Clear();
        _regions.Clear();
        (_next, _mappedV4, _mappedV6, _isVarying) = (0, null, null, null);
        _isFirst = isFull || Report.Regions.Count == 0;
        _endsAt = now + s_limit;
        IsRunning = true;
        if (targets.Length > MaxTargets)
            targets = targets[..MaxTargets];
        for (var i = 0; i < targets.Length; i++)
        {
            if (IsFirstOfGroup(targets, i))
                Plan(now, targets, targets[i], home);
        }
        _probes.Sort(static (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Order - b.Order);
    }

    /// <summary>Takes a response, where it answers a question of this check.</summary>
    /// <param name="now">When it arrived.</param>
    /// <param name="datagram">Anything.</param>
    /// <param name="source">Whom it came from: the server that was asked, or it counts for nothing.</param>
    /// <returns>False: it was something else.</returns>
    public bool Handle(Timestamp now, ReadOnlySpan<byte> datagram, Endpoint source)
    {
        if (!IsRunning || StunBinding.ReadResponse(datagram, out var transaction, out var mapped) != StunVerdict.Accepted
            || !_asked.TryGetValue(TransactionId.Read(transaction), out var asked) || asked.Server.Address != source.Address || asked.Server.Port != source.Port)
            return false;
        _asked.Remove(TransactionId.Read(transaction));
        Note(asked.Region, mapped.Address.IsV4, now - asked.SentAt);
        NoteMapped(mapped);
        if (_regions.Count == EnoughRegions)
            _endsAt = Timestamp.Min(_endsAt, now + (_isFirst ? 2 : 1) * Slowest());
        if (!IsAnyProbeOfUse() && _asked.Count == 0)
            End(now);
        return true;
    }

    /// <summary>Writes the next question.</summary>
    /// <param name="now">The check ends where its time has come.</param>
    /// <param name="buffer">At least <see cref="PollBufferSize"/> bytes.</param>
    /// <param name="server">Whom it goes to.</param>
    /// <returns>Bytes written; 0: nothing to send for now.</returns>
    public int Poll(Timestamp now, Span<byte> buffer, out Endpoint server)
    {
        server = default;
        if (!IsRunning)
            return 0;
        if (now >= _endsAt)
        {
            End(now);
            return 0;
        }
        Span<byte> transaction = stackalloc byte[StunBinding.TransactionIdSize];
        while (_next < _probes.Count && _probes[_next].At <= now)
        {
            var probe = _probes[_next++];
            if (!IsOfUse(probe))
                continue;
            entropy.Fill(transaction);
            _asked[TransactionId.Read(transaction)] = (probe.Target.Region, probe.Target.Server, now);
            server = probe.Target.Server;
            return StunBinding.WriteRequest(buffer, transaction);
        }
        if (_next == _probes.Count && _asked.Count == 0)
            End(now);
        return 0;
    }

    // A region's servers of one family are one group: its tries go round among them.
    private static bool IsFirstOfGroup(ReadOnlySpan<StunTarget> targets, int at)
    {
        for (var i = 0; i < at; i++)
        {
            if (IsOfGroup(targets[i], targets[at]))
                return false;
        }
        return true;
    }

    private static bool IsOfGroup(in StunTarget target, in StunTarget first) =>
        target.Region == first.Region && target.Server.Address.IsV4 == first.Server.Address.IsV4;

    private void Plan(Timestamp now, ReadOnlySpan<StunTarget> targets, in StunTarget first, int home)
    {
        var tries = _isFirst ? FirstTries : first.Region == home ? HomeTries : IsNear(first.Region) ? LaterTries : 0;
        var gap = _isFirst ? s_firstGap : Report.LatencyOf(first.Region) is { } latency ? latency * 1.2 : s_laterGap;
        var at = 0;
        for (var number = 0; number < tries; number++)
        {
            while (!IsOfGroup(targets[at % targets.Length], first))
                at++;
            var delay = number * gap + (!_isFirst && number > 1 ? TimeSpan.FromMilliseconds(50 * number) : TimeSpan.Zero);
            _probes.Add(new Probe(now + delay, _probes.Count, targets[at % targets.Length]));
            at++;
        }
    }

    private bool IsNear(int region)
    {
        if (Report.LatencyOf(region) is not { } own)
            return false;
        var nearer = 0;
        foreach (var other in Report.Regions)
            nearer += other.Best < own ? 1 : 0;
        return nearer < LaterRegions;
    }

    /// <summary>Whether its answer could tell anything new.</summary>
    private bool IsOfUse(in Probe probe)
    {
        if (!_regions.TryGetValue(probe.Target.Region, out var known))
            return true;
        // Whether the mapping varies takes two answers by IPv4.
        return probe.Target.Server.Address.IsV4 ? known.V4 is null || _isVarying is null : known.V6 is null && _mappedV6 is null;
    }

    private bool IsAnyProbeOfUse()
    {
        for (var i = _next; i < _probes.Count; i++)
        {
            if (IsOfUse(_probes[i]))
                return true;
        }
        return false;
    }

    private void Note(int region, bool isV4, TimeSpan latency)
    {
        var known = _regions.GetValueOrDefault(region, new RegionLatency(region, null, null));
        _regions[region] = isV4
            ? known with { V4 = known.V4 < latency ? known.V4 : latency }
            : known with { V6 = known.V6 < latency ? known.V6 : latency };
    }

    private void NoteMapped(Endpoint mapped)
    {
        if (!mapped.Address.IsV4)
            _mappedV6 ??= mapped;
        else if (_mappedV4 is not { } first)
            _mappedV4 = mapped;
        else
            _isVarying = _isVarying == true || first != mapped;
    }

    private TimeSpan Slowest()
    {
        var slowest = TimeSpan.Zero;
        foreach (var region in _regions.Values)
            slowest = region.Best > slowest ? region.Best : slowest;
        return slowest;
    }

    private void End(Timestamp now)
    {
        IsRunning = false;
        _endsAt = Timestamp.Never;
        Report = SoFar(now);
    }

    private readonly record struct Probe(Timestamp At, int Order, StunTarget Target);
}
