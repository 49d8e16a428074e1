using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Protocols.Stun;
using Edge.Tests.WireGuard;

namespace Edge.Tests.Stun;

/// <summary>Checks against servers at known distances, in virtual time.</summary>
public sealed class NetCheckTests
{
    private static readonly Endpoint s_mapped = new(IpAddress.V4(0xcb00_7109), 41_000);

    private readonly Dictionary<Endpoint, TimeSpan> _distances = [];
    private readonly HashSet<Endpoint> _silent = [];
    private readonly PriorityQueue<(byte[] Response, Endpoint Source), Timestamp> _underWay = new();
    private readonly NetCheck _check = new(new ScriptedEntropy());
    private readonly List<StunTarget> _targets = [];
    private Timestamp _now = new(1_000_000_000);
    private int _sent;

    [Test]
    public async Task Regions_are_measured_side_by_side_and_the_check_ends_with_the_last_answer()
    {
        AddRegion(1, 20);
        AddRegion(2, 90);
        var begun = _now;
        var report = Run();
        await Assert.That(report.Regions.Select(r => (r.Region, r.Best.TotalMilliseconds))).IsEquivalentTo([(1, 20.0), (2, 90.0)]);
        await Assert.That(report.MappedV4).IsEqualTo(s_mapped);
        await Assert.That(report.IsMappingVarying).IsFalse();
        await Assert.That((_now - begun).TotalMilliseconds).IsEqualTo(90.0);
        await Assert.That(_sent).IsEqualTo(2);
    }

    [Test]
    public async Task A_lost_question_is_asked_again_of_the_regions_next_server()
    {
        AddRegion(1, 30);
        _silent.Add(Server(1));
        var second = new Endpoint(IpAddress.V4(0xc000_02ff), 3478);
        _targets.Add(new StunTarget(1, second));
        _distances[second] = TimeSpan.FromMilliseconds(35);
        var report = Run();
        await Assert.That(report.LatencyOf(1)).IsEqualTo(TimeSpan.FromMilliseconds(35));
        // One answer does not tell whether the mapping varies.
        await Assert.That(report.IsMappingVarying).IsNull();
    }

    [Test]
    public async Task Nobody_answers_within_three_seconds_and_there_is_no_UDP()
    {
        AddRegion(1, 10);
        _silent.Add(Server(1));
        var begun = _now;
        var report = Run();
        await Assert.That(report.HasUdp).IsFalse();
        await Assert.That(report.Regions).IsEmpty();
        await Assert.That(_now - begun).IsEqualTo(TimeSpan.FromSeconds(3));
        await Assert.That(_sent).IsEqualTo(3);
    }

    [Test]
    public async Task With_three_regions_heard_the_rest_gets_twice_the_time_of_the_slowest_of_them()
    {
        foreach (var (region, distance) in new[] { (1, 10), (2, 20), (3, 30), (4, 89), (5, 91) })
            AddRegion(region, distance);
        var report = Run();
        await Assert.That(report.Regions.Select(r => r.Region)).IsEquivalentTo([1, 2, 3, 4]);
    }

    [Test]
    public async Task A_later_check_asks_the_nearest_and_the_home()
    {
        for (var region = 1; region <= 8; region++)
            AddRegion(region, region * 10);
        _silent.Add(Server(8));
        Run();
        _silent.Clear();
        var report = Run(home: 6, isFull: false);
        await Assert.That(report.Regions.Select(r => r.Region)).IsEquivalentTo([1, 2, 3, 6]);
    }

    [Test]
    public async Task A_NAT_with_an_endpoint_for_each_destination_is_told()
    {
        AddRegion(1, 20);
        AddRegion(2, 25);
        var report = Run(mapped: server => s_mapped with { Port = (ushort)(40_000 + server.Address.V4Bits % 100) });
        await Assert.That(report.IsMappingVarying).IsTrue();
    }

    [Test]
    public async Task Both_families_are_measured_apart()
    {
        AddRegion(1, 20);
        var v6 = new Endpoint(new IpAddress(((UInt128)0x2001_0db8 << 96) + 1), 3478);
        _targets.Add(new StunTarget(1, v6));
        _distances[v6] = TimeSpan.FromMilliseconds(15);
        var seen = new Endpoint(new IpAddress(((UInt128)0x2001_0db8 << 96) + 9), 41_000);
        var report = Run(mapped: server => server.Address.IsV4 ? s_mapped : seen);
        await Assert.That(report.Regions.Single()).IsEqualTo(new RegionLatency(1, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(15)));
        await Assert.That((report.MappedV4, report.MappedV6)).IsEqualTo((s_mapped, seen));
    }

    [Test]
    public async Task What_was_not_asked_or_comes_from_elsewhere_counts_for_nothing()
    {
        AddRegion(1, 20);
        _check.Begin(_now, _targets.ToArray());
        var buffer = new byte[NetCheck.PollBufferSize];
        await Assert.That(_check.Poll(_now, buffer, out var server)).IsEqualTo(buffer.Length);
        var forged = Answer([.. new byte[12]], s_mapped);
        await Assert.That(_check.Handle(_now, forged, server)).IsFalse();
        var genuine = Answer(buffer[8..20], s_mapped);
        await Assert.That(_check.Handle(_now, genuine, server with { Port = 1 })).IsFalse();
        await Assert.That(_check.Handle(_now, "hello"u8, server)).IsFalse();
        await Assert.That(_check.Handle(_now, genuine, server)).IsTrue();
        await Assert.That(_check.Handle(_now, genuine, server)).IsFalse();
    }

    [Test]
    public async Task The_home_is_the_nearest_and_stays_until_another_is_clearly_nearer()
    {
        var home = new HomeRelay();
        var map = Map(1, 2, 3);
        await Assert.That(home.Choose(Report(0, (1, 40), (2, 30)), map, null)).IsEqualTo(2);
        // Better by less than 10 ms, and by less than a third.
        await Assert.That(home.Choose(Report(400, (1, 12), (2, 20)), map, null)).IsEqualTo(2);
        await Assert.That(home.Choose(Report(800, (1, 60), (2, 80)), map, null)).IsEqualTo(2);
        await Assert.That(home.Choose(Report(1200, (1, 40), (2, 80)), map, null)).IsEqualTo(1);
    }

    [Test]
    public async Task One_slow_answer_moves_nobody_because_the_best_of_five_minutes_counts()
    {
        var home = new HomeRelay();
        var map = Map(1, 2);
        home.Choose(Report(0, (1, 20), (2, 35)), map, null);
        await Assert.That(home.Choose(Report(60, (1, 500), (2, 35)), map, null)).IsEqualTo(1);
        // Ten minutes later it is still slow.
        await Assert.That(home.Choose(Report(700, (1, 500), (2, 35)), map, null)).IsEqualTo(2);
    }

    [Test]
    public async Task A_home_that_is_heard_stays_though_its_STUN_is_silent()
    {
        var home = new HomeRelay();
        var map = Map(1, 2);
        home.Choose(Report(0, (1, 20), (2, 35)), map, null);
        await Assert.That(home.Choose(Report(400, (2, 35)), map, At(395))).IsEqualTo(1);
        await Assert.That(home.Choose(Report(800), map, At(700))).IsEqualTo(1);
        await Assert.That(home.Choose(Report(1200, (2, 35)), map, At(700))).IsEqualTo(2);
        await Assert.That(home.Choose(Report(1600), map, null)).IsEqualTo(0);
    }

    [Test]
    public async Task Before_anything_was_measured_the_home_is_the_earlier_one_or_the_only_one()
    {
        await Assert.That(new HomeRelay().ChooseUnmeasured(Map(1, 2, 3), earlier: 0)).IsEqualTo(0);
        await Assert.That(new HomeRelay().ChooseUnmeasured(Map(1, 2, 3), earlier: 2)).IsEqualTo(2);
        await Assert.That(new HomeRelay().ChooseUnmeasured(Map(1, 2, 3), earlier: 4)).IsEqualTo(0);
        var excluded = Map(1) with { Regions = [new DerpRegion { Id = 1, NoMeasureNoHome = true }, new DerpRegion { Id = 2 }] };
        await Assert.That(new HomeRelay().ChooseUnmeasured(excluded, earlier: 1)).IsEqualTo(2);
        // A measurement corrects it, where the difference is clear.
        var home = new HomeRelay();
        home.ChooseUnmeasured(Map(1, 2), earlier: 1);
        await Assert.That(home.Choose(Report(0, (1, 20), (2, 15)), Map(1, 2), null)).IsEqualTo(1);
        await Assert.That(home.ChooseUnmeasured(Map(1, 2), earlier: 2)).IsEqualTo(1);
        await Assert.That(home.Choose(Report(400, (1, 90), (2, 15)), Map(1, 2), null)).IsEqualTo(2);
    }

    [Test]
    public async Task The_first_answer_is_told_before_the_check_ends()
    {
        AddRegion(1, 20);
        AddRegion(2, 90);
        _check.Begin(_now, _targets.ToArray());
        await Assert.That(_check.HasAnswer).IsFalse();
        var buffer = new byte[NetCheck.PollBufferSize];
        _check.Poll(_now, buffer, out var server);
        _now += TimeSpan.FromMilliseconds(20);
        _check.Handle(_now, Answer(buffer[8..20], s_mapped), server);
        await Assert.That(_check.HasAnswer && _check.IsRunning).IsTrue();
        var report = _check.SoFar(_now);
        await Assert.That((report.Regions.Single().Best, report.MappedV4)).IsEqualTo((TimeSpan.FromMilliseconds(20), s_mapped));
    }

    [Test]
    public async Task Scores_and_exclusions_of_the_map_count()
    {
        var map = Map(1, 2, 3) with { HomeScores = [new RegionScore(1, 0.5)] };
        await Assert.That(new HomeRelay().Choose(Report(0, (1, 40), (2, 30)), map, null)).IsEqualTo(1);
        var excluded = map with { Regions = [new DerpRegion { Id = 1, NoMeasureNoHome = true }, new DerpRegion { Id = 2, Avoid = true }, new DerpRegion { Id = 3 }] };
        await Assert.That(new HomeRelay().Choose(Report(0, (1, 4), (2, 3), (3, 300)), excluded, null)).IsEqualTo(3);
        await Assert.That(new HomeRelay().Choose(Report(0, (9, 4)), map, null)).IsEqualTo(0);
    }

    private static Endpoint Server(int region) => new(IpAddress.V4(0xc000_0200 + (uint)region), 3478);

    private void AddRegion(int region, int milliseconds)
    {
        _targets.Add(new StunTarget(region, Server(region)));
        _distances[Server(region)] = TimeSpan.FromMilliseconds(milliseconds);
    }

    private NetReport Run(int home = 0, bool isFull = true, Func<Endpoint, Endpoint>? mapped = null)
    {
        _check.Begin(_now, _targets.ToArray(), home, isFull);
        var buffer = new byte[NetCheck.PollBufferSize];
        while (_check.IsRunning)
        {
            while (_check.Poll(_now, buffer, out var server) > 0)
            {
                _sent++;
                if (!_silent.Contains(server))
                    _underWay.Enqueue((Answer(buffer[8..20], mapped?.Invoke(server) ?? s_mapped), server), _now + _distances[server]);
            }
            if (!_check.IsRunning)
                break;
            var next = _check.NextDeadline;
            if (_underWay.TryPeek(out _, out var arrival) && arrival <= next)
            {
                var (response, source) = _underWay.Dequeue();
                _now = arrival;
                _check.Handle(_now, response, source);
            }
            else
            {
                _now = next;
            }
        }
        _underWay.Clear();
        return _check.Report;
    }

    private static byte[] Answer(byte[] transaction, Endpoint mapped)
    {
        var response = new byte[StunBinding.MaxResponseSize];
        return response[..StunBinding.WriteResponse(response, transaction, mapped)];
    }

    private static DerpMap Map(params int[] regions) => new() { Regions = [.. regions.Select(region => new DerpRegion { Id = region })] };

    private static Timestamp At(int seconds) => new(seconds * 1_000_000_000L);

    private static NetReport Report(int seconds, params (int Region, int Milliseconds)[] regions) => new()
    {
        At = At(seconds),
        Regions = [.. regions.Select(region => new RegionLatency(region.Region, TimeSpan.FromMilliseconds(region.Milliseconds), null))],
    };
}
