using System.Globalization;
using System.Text;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Lab.World.Nat;
using Edge.Protocols.Disco;

namespace Edge.Tests.Disco;

/// <summary>
/// Two hosts behind every pair of NATs, a relay that gets through everything, and a stream of packets between them. The table of what they end up
/// with, and how soon, is the snapshot.
/// </summary>
public sealed class NatLaboratoryTests
{
    private static readonly TimeSpan s_gap = TimeSpan.FromMilliseconds(50);

    [Test]
    public async Task The_table_of_pairs_is_as_it_was()
    {
        var table = new StringBuilder("# who pings whom     path        until direct\n");
        foreach (var a in Enum.GetValues<NatKind>())
        {
            foreach (var b in Enum.GetValues<NatKind>().Where(b => b >= a))
                table.Append(Line($"{a} - {b}", Pair(a, b)));
        }
        table.Append(Line("the same site", SameSite(hairpins: false)));
        table.Append(Line("double, outer hairpins", DoubleNat(hairpins: true)));
        table.Append(Line("double, no hairpin", DoubleNat(hairpins: false)));
        table.Append(Line("loss and jitter", Run(70, world =>
        {
            // More than the gap between packets: they overtake one another.
            world.Jitter = TimeSpan.FromMilliseconds(80);
            return (new(world, "a", NatSite.Public, V4(1), new()), new(world, "b", NatSite.Public, V4(2), new()));
        }, TimeSpan.FromSeconds(40), [], loss: 0.1)));
        table.Append(Line("IPv6 only", Run(1, world => (new(world, "a", NatSite.Public, V6(1), new()), new(world, "b", NatSite.Public, V6(2), new())))));

        var path = Repository.PathOf("tests", "Edge.Tests", "Disco", "nat-pairs.txt");
        if (Environment.GetEnvironmentVariable("EDGE_UPDATE_SNAPSHOTS") == "1")
            await File.WriteAllTextAsync(path, table.ToString());
        await Assert.That(table.ToString()).IsEqualTo(await File.ReadAllTextAsync(path));
    }

    /// <summary>Wherever a direct path can be had, the first packet still goes by the relay and is not later for it.</summary>
    [Test]
    public async Task The_first_packet_is_as_soon_as_by_the_relay_and_none_is_lost()
    {
        foreach (var a in Enum.GetValues<NatKind>())
        {
            foreach (var b in Enum.GetValues<NatKind>().Where(b => b >= a))
            {
                var outcome = Pair(a, b);
                await Assert.That(outcome.FirstPacket).IsLessThanOrEqualTo(TimeSpan.FromMilliseconds(60)).Because($"{a} - {b}");
                await Assert.That(outcome.Lost).IsEqualTo(0).Because($"{a} - {b}");
            }
        }
    }

    /// <summary>The router forgets all its mappings in the middle of a stream: packets that were on their way to the old port are lost, and no others.</summary>
    [Test]
    public async Task A_NAT_that_forgets_costs_seconds_and_no_stream()
    {
        NatBox? box = null;
        var outcome = Run(3, world =>
        {
            var (siteA, endpointA) = Site(world, NatKind.PortRestricted, 1);
            var (siteB, endpointB) = Site(world, NatKind.PortRestricted, 2);
            box = siteB.Boxes[0];
            return (new(world, "a", siteA, endpointA, new()), new(world, "b", siteB, endpointB, new()));
        }, TimeSpan.FromSeconds(60), [(TimeSpan.FromSeconds(20), (_, _) => box!.Forget())]);
        await Assert.That(outcome.Status.State).IsEqualTo(PathState.Direct);
        // What is sent until three heartbeats were missed goes to the old port and by no relay, as long as the path is trusted.
        await Assert.That(outcome.Lost).IsLessThanOrEqualTo((int)(TimeSpan.FromSeconds(6.5) / s_gap));
        await Assert.That(outcome.LongestSilence).IsLessThanOrEqualTo(TimeSpan.FromSeconds(6.6));
    }

    [Test]
    public async Task Both_ends_change_address_at_once()
    {
        var outcome = Run(4, world => (new(world, "a", NatSite.Public, V4(1), new()), new(world, "b", NatSite.Public, V4(2), new())), TimeSpan.FromSeconds(60),
        [
            (TimeSpan.FromSeconds(20), (a, b) =>
            {
                a.Move(V4(11));
                b.Move(V4(12));
            }),
        ]);
        await Assert.That(outcome.Status.State).IsEqualTo(PathState.Direct);
        await Assert.That(outcome.Status.Remote).IsEqualTo(V4(12));
        // a knows at once that its path is not to be trusted, so that the relay takes over.
        await Assert.That(outcome.Lost).IsLessThanOrEqualTo(1);
    }

    [Test]
    public async Task A_direct_path_that_dies_is_degraded_then_given_up_and_found_again()
    {
        NatWorld? world = null;
        PathHost? from = null;
        var outcome = Run(5, made =>
        {
            world = made;
            from = new(made, "a", NatSite.Public, V4(1), new());
            return (from, new(made, "b", NatSite.Public, V4(2), new()));
        }, TimeSpan.FromSeconds(100),
        [
            (TimeSpan.FromSeconds(20), (_, _) => world!.Loss = 1),
            (TimeSpan.FromSeconds(50), (_, _) => world!.Loss = 0),
        ]);
        var states = from!.Events.Where(e => e.Event.Kind == PathEventKind.State).Select(e => e.Event.State).ToArray();
        await Assert.That(states).IsEquivalentTo([PathState.Probing, PathState.Direct, PathState.Degraded, PathState.RelayOnly, PathState.Direct], TUnit.Assertions.Enums.CollectionOrdering.Matching);
        await Assert.That(outcome.LongestSilence).IsLessThanOrEqualTo(TimeSpan.FromSeconds(6.6));
    }

    /// <summary>A tenth of all datagrams is lost: the stream loses no more than that, and the path stays.</summary>
    [Test]
    public async Task Loss_alone_does_not_end_a_path()
    {
        PathHost? from = null;
        var outcome = Run(6, world =>
        {
            from = new(world, "a", NatSite.Public, V4(1), new());
            return (from, new(world, "b", NatSite.Public, V4(2), new()));
        }, TimeSpan.FromMinutes(10), [(TimeSpan.FromSeconds(1), (_, _) => { })], loss: 0.1);
        await Assert.That(from!.Events.Count(e => e.Event.State == PathState.RelayOnly)).IsEqualTo(0);
        await Assert.That(outcome.Lost / (double)outcome.Sent).IsLessThan(0.12);
    }

    [Test]
    public async Task Without_packets_nothing_is_sent()
    {
        var world = new NatWorld(7);
        using var a = new PathHost(world, "a", NatSite.Public, V4(1), new());
        using var b = new PathHost(world, "b", NatSite.Public, V4(2), new());
        Acquaint(world, a, b);
        a.Send(b, 1);
        world.World.RunTo(world.World.Now + TimeSpan.FromMinutes(2));
        var events = world.World.EventCount;
        world.World.RunTo(world.World.Now + TimeSpan.FromHours(5));
        await Assert.That(world.World.EventCount).IsEqualTo(events);
        await Assert.That(a.StatusOf(b).State).IsEqualTo(PathState.Direct);
    }

    private static Outcome Pair(NatKind a, NatKind b) => Run((ulong)a * 10 + (ulong)b + 100, world =>
    {
        var (siteA, endpointA) = Site(world, a, 1);
        var (siteB, endpointB) = Site(world, b, 2);
        return (new(world, "a", siteA, endpointA, new()), new(world, "b", siteB, endpointB, new()));
    });

    private static Outcome SameSite(bool hairpins) => Run(50, world =>
    {
        var site = new NatSite([new NatBox(NatKind.PortRestricted, world.NextPublic(), TimeSpan.FromSeconds(30), hairpins)]);
        world.Join(site);
        return (new(world, "a", site, Private(1), new()), new(world, "b", site, Private(2), new()));
    });

    /// <summary>Two homes behind one carrier's NAT.</summary>
    private static Outcome DoubleNat(bool hairpins) => Run(60, world =>
    {
        var carrier = new NatBox(NatKind.FullCone, world.NextPublic(), TimeSpan.FromMinutes(2), hairpins);
        var (first, second) = (Home(1), Home(2));
        return (new(world, "a", first, Private(1), new()), new(world, "b", second, Private(2), new()));

        NatSite Home(uint number)
        {
            var home = new NatBox(NatKind.PortRestricted, IpAddress.V4(0x6440_0000 + number), TimeSpan.FromSeconds(30), false);
            var site = new NatSite([home, carrier]);
            world.Join(site);
            return site;
        }
    });

    private static Outcome Run(ulong seed, Func<NatWorld, (PathHost A, PathHost B)> build) => Run(seed, build, TimeSpan.FromSeconds(40), []);

    private static Outcome Run(
        ulong seed, Func<NatWorld, (PathHost A, PathHost B)> build, TimeSpan length, IReadOnlyList<(TimeSpan At, Action<PathHost, PathHost> Do)> happenings, double loss = 0)
    {
        var network = new NatWorld(seed);
        var world = network.World;
        var (a, b) = build(network);
        using var first = a;
        using var second = b;
        Acquaint(network, a, b);
        network.Loss = loss;
        var start = world.Now;
        foreach (var (at, happening) in happenings)
            world.At(start + at, () => happening(a, b));
        var (sent, count, arrivals) = (0ul, 0, new List<Timestamp>());
        for (var at = TimeSpan.Zero; at < length; at += s_gap)
        {
            world.At(start + at, () =>
            {
                if (b.Received.Count > count)
                {
                    count = b.Received.Count;
                    arrivals.Add(world.Now);
                }
                a.Send(b, sent++);
                b.Send(a, sent);
            });
        }
        world.RunTo(start + length + TimeSpan.FromSeconds(1));
        var direct = a.Events.FirstOrDefault(e => e.Event.State == PathState.Direct);
        var silence = arrivals.Zip(arrivals.Skip(1), static (x, y) => y - x).DefaultIfEmpty().Max();
        return new Outcome(a.StatusOf(b), direct == default ? null : direct.At - start, b.FirstAt!.Value - start, (int)sent, (int)sent - b.Received.Count, silence);
    }

    /// <summary>Both know where they are, and the netmap has told each of the other.</summary>
    private static void Acquaint(NatWorld network, PathHost a, PathHost b)
    {
        a.Discover();
        b.Discover();
        network.World.RunTo(network.World.Now + TimeSpan.FromSeconds(4));
        a.Meet(b);
        b.Meet(a);
    }

    private static (NatSite Site, Endpoint Endpoint) Site(NatWorld world, NatKind kind, uint number)
    {
        if (kind == NatKind.None)
            return (NatSite.Public, V4(number));
        var site = new NatSite([new NatBox(kind, world.NextPublic(), TimeSpan.FromSeconds(30), false)]);
        world.Join(site);
        // Each home has the same network inside.
        return (site, new Endpoint(IpAddress.V4(0xc0a8_0000 + (number << 8) + 10), 41_641));
    }

    private static Endpoint V4(uint number) => new(IpAddress.V4(0xc633_6400 + number), 41_641);

    private static Endpoint V6(uint number) => new(new IpAddress(((UInt128)0x2001_0db8 << 96) + number), 41_641);

    private static Endpoint Private(uint number) => new(IpAddress.V4(0xc0a8_0100 + number), 41_641);

    private static string Line(string pair, Outcome outcome)
    {
        var path = outcome.Status.State == PathState.Direct ? "direct" : "relay";
        var time = outcome.UntilDirect is { } until ? until.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms" : "-";
        return string.Create(CultureInfo.InvariantCulture, $"{pair,-32} {path,-8} {time,8}\n");
    }

    private sealed record Outcome(PathStatus Status, TimeSpan? UntilDirect, TimeSpan FirstPacket, int Sent, int Lost, TimeSpan LongestSilence);
}
