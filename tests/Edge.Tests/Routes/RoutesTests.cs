using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;
using Edge.Tests.Wire;
using PeerRoutes = Edge.Protocols.Routes.Routes;

namespace Edge.Tests.Routes;

/// <summary>Allowed IPs: as wireguard-go's trie answered, and as a plain list answers.</summary>
public sealed class RoutesTests
{
    [Test]
    public async Task Recorded_operations_have_the_recorded_answers()
    {
        var lookups = 0;
        foreach (var recorded in Vectors.Json("wireguard", "allowed_ips.json").EnumerateArray())
        {
            var routes = new PeerRoutes();
            foreach (var op in recorded.GetProperty("ops").EnumerateArray())
            {
                switch (op.Text("op"))
                {
                    case "insert":
                        routes.Add(Prefix(op.Text("prefix")), Peer(op.GetProperty("peer").GetInt32()));
                        break;
                    case "remove_peer":
                        routes.RemovePeer(Peer(op.GetProperty("peer").GetInt32()));
                        break;
                    case "lookup":
                        await Assert.That(routes.Find(Address(op.Text("ip")))).IsEqualTo(op.Has("peer") ? Peer(op.GetProperty("peer").GetInt32()) : PeerId.None);
                        lookups++;
                        break;
                    case "entries":
                        var expected = op.GetProperty("prefixes_in_insertion_order").EnumerateArray().Select(p => p.GetString());
                        await Assert.That(string.Join(' ', List(routes, Peer(op.GetProperty("peer").GetInt32())))).IsEqualTo(string.Join(' ', expected));
                        break;
                    case var unknown:
                        throw new InvalidDataException(unknown);
                }
            }
        }
        await Assert.That(lookups).IsGreaterThan(1000);

        static PeerId Peer(int recorded) => new(recorded + 1);
    }

    [Test]
    [Arguments(1)]
    [Arguments(2)]
    [Arguments(3)]
    public async Task Random_operations_agree_with_a_plain_list(int seed)
    {
        var random = new Random(seed);
        var routes = new PeerRoutes();
        var list = new Dictionary<IpPrefix, PeerId>();
        for (var step = 0; step < 20_000; step++)
        {
            var prefix = RandomPrefix(random);
            var peer = new PeerId(random.Next(1, 40));
            switch (random.Next(10))
            {
                case < 5:
                    routes.Add(prefix, peer);
                    list[prefix] = peer;
                    break;
                case < 7:
                    var owner = list.GetValueOrDefault(prefix);
                    var isOwned = owner == peer;
                    await Assert.That(routes.Remove(prefix, peer)).IsEqualTo(isOwned);
                    if (isOwned)
                        list.Remove(prefix);
                    break;
                case 7 when random.Next(20) == 0:
                    routes.RemovePeer(peer);
                    foreach (var owned in list.Where(entry => entry.Value == peer).Select(entry => entry.Key).ToList())
                        list.Remove(owned);
                    break;
                default:
                    var address = RandomPrefix(random).Address;
                    var longest = list.Where(entry => entry.Key.Contains(address)).OrderByDescending(entry => entry.Key.Length).FirstOrDefault();
                    if (routes.Find(address) != longest.Value)
                        Assert.Fail($"seed {seed}, step {step}: {address} belongs to {longest.Value}, not {routes.Find(address)}");
                    break;
            }
            if (routes.Count != list.Count)
                Assert.Fail($"seed {seed}, step {step}: {routes.Count} prefixes, not {list.Count}");
        }
    }

    [Test]
    public async Task A_look_up_allocates_nothing()
    {
        var routes = new PeerRoutes();
        var random = new Random(1);
        for (var i = 1; i < 1000; i++)
            routes.Add(RandomPrefix(random), new PeerId(i));
        var address = Address("10.1.2.3");
        routes.Find(address);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
            routes.Find(new IpAddress(address.Bits + (uint)i));
        await Assert.That(GC.GetAllocatedBytesForCurrentThread() - before).IsEqualTo(0);
    }

    [Test]
    public async Task Memory_is_used_again_when_peers_come_and_go()
    {
        var routes = new PeerRoutes();
        var random = new Random(1);
        Churn();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 100; round++)
            Churn();
        await Assert.That(GC.GetAllocatedBytesForCurrentThread() - before).IsEqualTo(0);
        await Assert.That(routes.Count).IsEqualTo(0);

        void Churn()
        {
            for (var i = 0; i < 50; i++)
                routes.Add(new IpPrefix(IpAddress.V4((uint)random.Next() | 0x8000_0000), 32), new PeerId(1 + i % 7));
            for (var i = 1; i <= 7; i++)
                routes.RemovePeer(new PeerId(i));
        }
    }

    // Few distinct bits, so that prefixes nest and meet.
    private static IpPrefix RandomPrefix(Random random)
    {
        if (random.Next(2) == 0)
            return new IpPrefix(IpAddress.V4(0x0a00_0000 | (uint)(random.Next(8) << 21) | (uint)(random.Next(4) << 8) | (uint)random.Next(4)), random.Next(33));
        var bits = (UInt128)0xfd7a << 112 | (UInt128)(uint)random.Next(4) << 64 | (uint)random.Next(8);
        return new IpPrefix(new IpAddress(bits), random.Next(129));
    }

    private static IpAddress Address(string text) => IpAddress.TryParse(text, out var address) ? address : throw new InvalidDataException(text);

    private static IpPrefix Prefix(string text) => IpPrefix.TryParse(text, out var prefix) ? prefix : throw new InvalidDataException(text);

    private static List<string> List(PeerRoutes routes, PeerId peer)
    {
        var list = new List<string>();
        foreach (var prefix in routes.PrefixesOf(peer))
            list.Add(prefix.ToString());
        return list;
    }
}
