using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;

namespace Edge.Tests.Foundation.Netmap;

/// <summary>Snapshots of the tailnet and their look-ups.</summary>
public sealed class NetworkMapTests
{
    [Test]
    public async Task A_peer_is_found_by_number_key_and_address()
    {
        var map = MapOf(Peer(1), Peer(2));
        await Assert.That(map.FindPeer(new NodeId(2))!.Name).IsEqualTo("peer2.example.");
        await Assert.That(map.FindPeer(Key(2))!.Id).IsEqualTo(new NodeId(2));
        await Assert.That(map.FindPeer(Address(2))!.Id).IsEqualTo(new NodeId(2));
        await Assert.That(map.FindPeer(Address(3))).IsNull();
        await Assert.That(map.FindPeer(Key(3))).IsNull();
    }

    [Test]
    public async Task What_a_peer_gave_up_is_no_longer_found_and_the_older_snapshot_stays()
    {
        var before = MapOf(Peer(1), Peer(2));
        var builder = new NetworkMapBuilder(before);
        builder.SetPeer(Peer(2) with { Key = Key(9), Addresses = [new IpPrefix(Address(9), 32)] });
        builder.RemovePeer(new NodeId(1));
        var after = builder.ToMap();
        await Assert.That(after.FindPeer(Address(2))).IsNull();
        await Assert.That(after.FindPeer(Key(2))).IsNull();
        await Assert.That(after.FindPeer(Address(9))!.Id).IsEqualTo(new NodeId(2));
        await Assert.That(after.FindPeer(Address(1))).IsNull();
        await Assert.That(before.FindPeer(Address(1))!.Id).IsEqualTo(new NodeId(1));
        await Assert.That(before.FindPeer(Key(2))!.Key).IsEqualTo(Key(2));
    }

    [Test]
    public async Task An_address_that_two_claim_stays_with_the_later_when_the_earlier_goes()
    {
        var builder = new NetworkMapBuilder(MapOf(Peer(1)));
        builder.SetPeer(Peer(2) with { Addresses = Peer(1).Addresses });
        builder.RemovePeer(new NodeId(1));
        await Assert.That(builder.ToMap().FindPeer(Address(1))!.Id).IsEqualTo(new NodeId(2));
    }

    [Test]
    public async Task Changes_are_told_across_several_snapshots()
    {
        var first = MapOf(Peer(1), Peer(2), Peer(3));
        var builder = new NetworkMapBuilder(first);
        builder.SetPeer(Peer(2) with { Online = true });
        var second = new NetworkMapBuilder(builder.ToMap());
        second.RemovePeer(new NodeId(3));
        second.SetPeer(Peer(4));
        // An equal value is no change.
        second.SetPeer(Peer(1) with { });
        var changes = new List<PeerChange>();
        second.ToMap().CollectChanges(first, changes);
        await Assert.That(string.Join(' ', changes.OrderBy(change => change.Id).Select(change => $"{change.Id}:{change.Before is not null}>{change.After is not null}")))
            .IsEqualTo("2:True>True 3:True>False 4:False>True");
    }

    [Test]
    public async Task Nodes_with_the_same_content_are_equal()
    {
        await Assert.That(Peer(1)).IsEqualTo(Peer(1));
        await Assert.That(Peer(1).GetHashCode()).IsEqualTo(Peer(1).GetHashCode());
        await Assert.That(Peer(1) with { Tags = ["tag:a"] }).IsNotEqualTo(Peer(1));
        await Assert.That(Peer(1) with { Host = new HostInfo { Services = [new("peerapi4", 1, "")] } }).IsEqualTo(Peer(1) with { Host = new HostInfo { Services = [new("peerapi4", 1, "")] } });
    }

    [Test]
    public async Task An_expired_or_unsigned_peer_is_not_to_be_reached()
    {
        var now = UtcTime.OfUnixSeconds(1000);
        await Assert.That(Peer(1).MayBeReachedAt(now)).IsTrue();
        await Assert.That((Peer(1) with { KeyExpiry = UtcTime.OfUnixSeconds(1000) }).MayBeReachedAt(now)).IsFalse();
        await Assert.That((Peer(1) with { KeyExpiry = UtcTime.OfUnixSeconds(1001) }).MayBeReachedAt(now)).IsTrue();
        await Assert.That((Peer(1) with { IsExpired = true }).MayBeReachedAt(now)).IsFalse();
        await Assert.That((Peer(1) with { IsUnsignedPeerApiOnly = true }).MayBeReachedAt(now)).IsFalse();
    }

    [Test]
    [Arguments("10.0.0.0/8", "10.0.0.0", "10.255.255.255")]
    [Arguments("100.64.0.1", "100.64.0.1", "100.64.0.1")]
    [Arguments("100.64.0.1-100.64.0.6", "100.64.0.1", "100.64.0.6")]
    [Arguments("fd7a:115c:a1e0::/48", "fd7a:115c:a1e0::", "fd7a:115c:a1e0:ffff:ffff:ffff:ffff:ffff")]
    [Arguments("::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public async Task A_range_of_addresses_is_read(string text, string first, string last)
    {
        await Assert.That(AddressRange.TryParse(text, out var range)).IsTrue();
        await Assert.That(range.First.ToString()).IsEqualTo(first);
        await Assert.That(range.Last.ToString()).IsEqualTo(last);
    }

    [Test]
    [Arguments("*")]
    [Arguments("not an ip")]
    [Arguments("10.0.0.1/8")]
    [Arguments("10.0.0.0/33")]
    [Arguments("10.0.0.2-10.0.0.1")]
    [Arguments("10.0.0.2-fd00::1")]
    [Arguments("10.0.0.1-")]
    public async Task What_is_no_range_is_refused(string text) => await Assert.That(AddressRange.TryParse(text, out _)).IsFalse();

    [Test]
    public async Task All_of_IPv6_holds_no_address_of_IPv4()
    {
        await Assert.That(AddressRange.AllV6.Contains(Address(1))).IsFalse();
        await Assert.That(AddressRange.AllV4.Contains(Address(1))).IsTrue();
    }

    internal static NetworkMap MapOf(params TailnetNode[] peers)
    {
        var builder = new NetworkMapBuilder { Self = Peer(1000) };
        foreach (var peer in peers)
            builder.SetPeer(peer);
        return builder.ToMap();
    }

    private static TailnetNode Peer(int id) => new()
    {
        Id = new(id),
        Name = $"peer{id}.example.",
        Key = Key(id),
        Addresses = [new IpPrefix(Address(id), 32)],
        AllowedIps = [new IpPrefix(Address(id), 32)],
    };

    private static KeyOf<NodeKind> Key(int id)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Fill((byte)id);
        return new(new PublicKey(bytes));
    }

    private static IpAddress Address(int id) => IpAddress.V4(0x6440_0000 + (uint)id);
}
