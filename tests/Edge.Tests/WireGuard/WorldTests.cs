using Edge.Foundation.Time;
using Edge.Lab.World;
using Edge.Protocols.WireGuard;

namespace Edge.Tests.WireGuard;

/// <summary>Hours of virtual time over bad ways, with devices that must come through.</summary>
public sealed class WorldTests
{
    private const int Spokes = 4;

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    private static readonly string s_folder = Repository.PathOf("artifacts", "lab");

    public static IEnumerable<ulong> Seeds() => Enumerable.Range(1, 12).Select(i => (ulong)i);

    [Test]
    [MethodDataSource(nameof(Seeds))]
    public async Task An_hour_of_loss_roaming_restarts_and_clock_jumps_ends_with_nothing_lost(ulong seed)
    {
        var network = WorldRun.Of("hour", seed, s_folder, Hour);
        await Assert.That(network.Lost).IsGreaterThan(1000);
    }

    [Test]
    public async Task Two_runs_of_a_seed_are_the_same_to_the_last_byte_and_those_of_two_seeds_are_not()
    {
        await Assert.That(Digest(1)).IsEqualTo(Digest(1));
        await Assert.That(Digest(1)).IsNotEqualTo(Digest(2));

        static ulong Digest(ulong seed) => WorldRun.Of("minutes", seed, s_folder, network => Traffic(network, TimeSpan.FromMinutes(4))).Digest;
    }

    [Test]
    public async Task A_failing_seed_prints_itself_and_leaves_a_capture()
    {
        var failure = Assert.Throws<WorldException>(() => WorldRun.Of("planted", 77, s_folder, network =>
        {
            Traffic(network, TimeSpan.FromMinutes(1));
            throw new WorldException("planted");
        }));
        await Assert.That(failure!.Message).Contains("seed 77");
        var capture = await File.ReadAllBytesAsync(Path.Combine(s_folder, "planted-77.pcap"));
        await Assert.That(failure.Message).Contains("planted-77.pcap");
        await Assert.That(BitConverter.ToUInt32(capture)).IsEqualTo(0xa1b2_3c4d);
        // The first record is an initiation in IPv4 and UDP.
        await Assert.That(BitConverter.ToInt32(capture, 24 + 8)).IsEqualTo(20 + 8 + 148);
        await Assert.That(capture[24 + 16 + 28]).IsEqualTo((byte)1);
    }

    [Test]
    public async Task A_steady_stream_over_a_clean_way_is_rekeyed_every_two_minutes_and_loses_nothing()
    {
        var handshakes = 0;
        WorldRun.Of("steady", 5, s_folder, network =>
        {
            var world = network.World;
            using var a = new TunnelHost(network, "a", 1);
            using var b = new TunnelHost(network, "b", 2);
            a.AddPeer(b, TimeSpan.Zero, isKnown: true);
            b.AddPeer(a, TimeSpan.Zero, isKnown: false);
            var end = world.Now + s_hour;
            for (ulong i = 0; i < 36_000; i++)
            {
                var number = i;
                world.After(TimeSpan.FromMilliseconds(100 * i), () => a.Send(b, number));
            }
            world.RunTo(end + TimeSpan.FromSeconds(30));
            if (b.Received.Count != 36_000)
                throw new WorldException($"{b.Received.Count} of 36,000 packets came");
            a.CheckAnswers();
            b.CheckAnswers();
            handshakes = b.Handshakes;
        });
        // The stream's own packets ask for a new session 120 s after the last.
        await Assert.That(handshakes).IsEqualTo(30);
    }

    [Test]
    public async Task A_quiet_tunnel_with_persistent_keepalives_sends_one_each_interval_and_holds_its_sessions()
    {
        var sent = 0L;
        WorldRun.Of("quiet", 6, s_folder, network =>
        {
            using var hub = new TunnelHost(network, "hub", 1);
            using var spoke = new TunnelHost(network, "spoke", 2);
            hub.AddPeer(spoke, TimeSpan.Zero, isKnown: false);
            spoke.AddPeer(hub, TimeSpan.FromSeconds(25), isKnown: true);
            network.World.RunTo(network.World.Now + s_hour);
            sent = network.Sent;
            if (network.World.Now - spoke.StatusOf(hub).LastHandshake > WireGuardLimits.RejectAfterTime)
                throw new WorldException("the tunnel has no session");
        });
        // 144 intervals; each new session has an initiation, a response and its first message in one of them.
        await Assert.That(sent).IsGreaterThan(144);
        await Assert.That(sent).IsLessThan(144 + 4 * 31);
    }

    /// <summary>50 minutes of every fault there is, then a minute to settle, then 9 minutes in which everything must arrive exactly once.</summary>
    private static void Hour(Network network)
    {
        var world = network.World;
        var hosts = Build(network);
        var start = world.Now;
        var faultsEnd = start + TimeSpan.FromMinutes(50);
        var settled = faultsEnd + TimeSpan.FromMinutes(1);
        var end = start + s_hour;
        network.Default = LinkModel.Bad;
        world.Repeat(TimeSpan.FromMinutes(2), faultsEnd, () => Spoke(network, hosts).Roam());
        world.Repeat(TimeSpan.FromMinutes(3), faultsEnd, () => hosts[world.Random.Next(hosts.Length)].WallOffset = world.Random.Between(-TimeSpan.FromDays(3650), TimeSpan.FromDays(3650)));
        world.Repeat(TimeSpan.FromMinutes(8), faultsEnd, () => Spoke(network, hosts).Restart());
        world.Repeat(TimeSpan.FromMinutes(4), faultsEnd, () =>
        {
            var cut = Spoke(network, hosts).Name;
            network.CutOff.Add(cut);
            world.After(world.Random.Between(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(4)), () => network.CutOff.Remove(cut));
        });
        var sent = SendRandomly(network, hosts, end - TimeSpan.FromSeconds(1));

        world.RunTo(faultsEnd);
        network.Default = LinkModel.Clean;
        network.CutOff.Clear();
        world.RunTo(settled);
        var expectedFrom = sent.Count;
        world.RunTo(end);

        for (var number = expectedFrom; number < sent.Count; number++)
        {
            if (!sent[number].To.Received.Contains((ulong)number))
                throw new WorldException($"packet {number} to {sent[number].To.Name}, sent {sent[number].At}, was lost though nothing is any more");
        }
        if (sent.Count - expectedFrom < 1000)
            throw new WorldException("nothing was tried");
        foreach (var host in hosts)
            host.CheckAnswers();
        foreach (var spoke in hosts[1..])
        {
            // Sessions last two minutes, however bad the way.
            if (spoke.Handshakes < 20)
                throw new WorldException($"{spoke.Name} had {spoke.Handshakes} handshakes in an hour");
            spoke.Dispose();
        }
        hosts[0].Dispose();
    }

    private static void Traffic(Network network, TimeSpan time)
    {
        var hosts = Build(network);
        network.Default = LinkModel.Bad;
        SendRandomly(network, hosts, network.World.Now + time);
        network.World.RunTo(network.World.Now + time);
        foreach (var host in hosts)
            host.Dispose();
    }

    /// <summary>A hub at a known address and spokes that come to it, as plain WireGuard is run.</summary>
    private static TunnelHost[] Build(Network network)
    {
        var hub = new TunnelHost(network, "hub", 1);
        var hosts = new List<TunnelHost> { hub };
        for (byte i = 1; i <= Spokes; i++)
        {
            var spoke = new TunnelHost(network, $"spoke {i}", (byte)(1 + i));
            hosts.Add(spoke);
            hub.AddPeer(spoke, TimeSpan.Zero, isKnown: false);
            spoke.AddPeer(hub, TimeSpan.FromSeconds(25), isKnown: true);
        }
        return [.. hosts];
    }

    private static TunnelHost Spoke(Network network, TunnelHost[] hosts) => hosts[1 + network.World.Random.Next(hosts.Length - 1)];

    /// <summary>Bursts and pauses between hub and spokes, both ways; the list grows with what is sent.</summary>
    private static List<(TunnelHost To, Timestamp At)> SendRandomly(Network network, TunnelHost[] hosts, Timestamp end)
    {
        var world = network.World;
        var sent = new List<(TunnelHost, Timestamp)>();
        foreach (var spoke in hosts[1..])
        {
            foreach (var (from, to) in new[] { (hosts[0], spoke), (spoke, hosts[0]) })
            {
                world.Repeat(TimeSpan.FromSeconds(6), end, () =>
                {
                    for (var burst = 1 + world.Random.Next(6); burst > 0; burst--)
                    {
                        sent.Add((to, world.Now));
                        from.Send(to, (ulong)(sent.Count - 1));
                    }
                });
            }
        }
        return sent;
    }
}
