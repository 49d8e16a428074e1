using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Protocols.Dns;

namespace Edge.Tests.Dns;

/// <summary>Names as the netmap changes.</summary>
public sealed class TailnetNamesTests
{
    [Test]
    public async Task A_change_of_one_peer_ends_where_a_new_table_begins()
    {
        var random = new Random(1);
        var names = new TailnetNames();
        var self = Node(0, "me", 1);
        names.SetSelf(self);
        var peers = new Dictionary<long, TailnetNode>();
        ValueList<DnsRecord> extra = default;
        for (var step = 0; step < 2000; step++)
        {
            var id = random.Next(1, 30);
            var before = peers.GetValueOrDefault(id);
            if (random.Next(4) == 0)
            {
                peers.Remove(id);
                names.Apply(new PeerChange(new NodeId(id), before, null));
            }
            else
            {
                peers[id] = Node(id, $"host{random.Next(60)}", random.Next(3), random.Next(5) == 0 ? "dns-subdomain-resolve" : "other");
                names.Apply(new PeerChange(new NodeId(id), before, peers[id]));
            }
            if (random.Next(50) == 0)
                names.SetSelf(self = Node(0, "me", random.Next(3), random.Next(2) == 0 ? "magicdns-aaaa" : "other"));
            if (random.Next(50) == 0)
                names.SetExtraRecords(extra = [.. Enumerable.Range(0, random.Next(5)).Select(i => new DnsRecord($"host{random.Next(60)}.tail.test", "", $"10.0.0.{i}"))]);
            if (step % 20 != 0)
                continue;
            var fresh = new TailnetNames();
            fresh.SetSelf(self);
            // Of two with one name the last that came has it, which a fresh table cannot know.
            foreach (var peer in peers.Values.Where(peer => !peers.Values.Any(other => other != peer && other.Name == peer.Name)))
                fresh.Apply(new PeerChange(peer.Id, null, peer));
            fresh.SetExtraRecords(extra);
            var doubles = peers.Values.GroupBy(peer => peer.Name).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet();
            await Assert.That(Text(names, doubles)).IsEqualTo(Text(fresh, doubles));
        }
    }

    [Test]
    public async Task A_change_of_one_peer_costs_the_same_among_ten_and_among_ten_thousand()
    {
        await Assert.That(AllocatedByChanges(10_000)).IsLessThanOrEqualTo(2 * AllocatedByChanges(10));

        static long AllocatedByChanges(int peers)
        {
            var names = new TailnetNames();
            names.SetSelf(Node(0, "me", 1));
            for (var i = 1; i <= peers; i++)
                names.Apply(new PeerChange(new NodeId(i), null, Node(i, $"host{i}", 1)));
            TailnetNode first = Node(1, "host1", 1), second = Node(1, "other1", 0);
            long before = 0;
            for (var i = 0; i < 200; i++)
            {
                // The tables may grow in the first rounds.
                if (i == 100)
                    before = GC.GetAllocatedBytesForCurrentThread();
                names.Apply(new PeerChange(first.Id, i % 2 == 0 ? first : second, i % 2 == 0 ? second : first));
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Test]
    public async Task Reverse_names_follow_their_owner()
    {
        var names = new TailnetNames();
        names.SetSelf(Node(0, "me", 0));
        var old = Node(1, "old", 0);
        names.Apply(new PeerChange(old.Id, null, old));
        await Assert.That(names.NameOf(old.Addresses[0].Address)).IsEqualTo("old.tail.test.");
        var renamed = old with { Name = "New.tail.test." };
        names.Apply(new PeerChange(old.Id, old, renamed));
        await Assert.That(names.NameOf(old.Addresses[0].Address)).IsEqualTo("new.tail.test.");
        names.Apply(new PeerChange(old.Id, renamed, null));
        await Assert.That(names.NameOf(old.Addresses[0].Address)).IsNull();
        await Assert.That(names.Find("new.tail.test.", DnsType.A, out _)).IsFalse();
    }

    [Test]
    [Arguments("desk.tail.ts.net", "desk.tail.ts.net.")]
    [Arguments(".Desk.Tail.TS.net.", "desk.tail.ts.net.")]
    [Arguments("", ".")]
    [Arguments("a..b", null)]
    [Arguments("ä.test", "\u00c3\u00a4.test.")]
    public async Task Names_have_one_text(string name, string? text) => await Assert.That(DnsName.Normalize(name)).IsEqualTo(text);

    private static string Text(TailnetNames names, HashSet<string> without) => string.Join('\n', names.All
        .Where(host => !without.Contains(host.Name))
        .Select(host => $"{host.Name} {string.Join(' ', host.Addresses)} {host.HasSubdomains} {string.Join(' ', host.Addresses.Select(names.NameOf))}")
        .Order(StringComparer.Ordinal));

    // 0: IPv4, 1: both, 2: IPv6.
    private static TailnetNode Node(int id, string name, int families, string capability = "other") => new()
    {
        Id = new NodeId(id),
        Name = $"{name}.tail.test.",
        Addresses =
        [
            .. families < 2 ? [new IpPrefix(IpAddress.V4(0x6440_0001u + (uint)id), 32)] : (IEnumerable<IpPrefix>)[],
            .. families > 0 ? [new IpPrefix(new IpAddress(((UInt128)0xfd7a_115c_a1e0_0000 << 64) + 1 + (uint)id), 128)] : (IEnumerable<IpPrefix>)[],
        ],
        Capabilities = new([new NodeCapability(capability, default)]),
    };
}
