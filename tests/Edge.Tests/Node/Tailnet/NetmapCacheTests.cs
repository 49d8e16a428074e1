using System.Text;
using System.Text.Json.Nodes;
using Edge.Foundation.Netmap;
using Edge.Node.Tailnet.State;
using Edge.Protocols.Control;
using Edge.Protocols.Control.Json;
using Edge.Tests.Cli;
using Edge.Tests.Control;

namespace Edge.Tests.Node.Tailnet;

/// <summary>Netmaps of real servers, kept and read again.</summary>
public sealed class NetmapCacheTests
{
    [Test]
    public async Task Every_synthetic_netmap_is_read_as_it_was_kept()
    {
        var store = new MemoryStore();
        var count = 0;
        foreach (var file in Directory.GetFiles(Repository.PathOf("tests", "vectors", "control_json", "synthetic")).Order())
        {
            if (JsonNode.Parse(await File.ReadAllBytesAsync(file)) is not JsonObject sequence) continue;
            var (reader, state) = (new ControlJsonReader(), new NetmapState());
            foreach (var step in sequence["steps"]!.AsArray())
            {
                if (!reader.TryReadMap(Encoding.UTF8.GetBytes(step!["map_response"]!.ToJsonString()), out var message, out _) || message.IsKeepAlive) continue;
                var map = state.Apply(message, default)!;
                NetmapCache.Save(store, map);
                var kept = NetmapCache.Load(store, out var warning);
                await Assert.That(warning).IsNull();
                await Same(kept!, map, $"{file}: {step["step"]}");
                count++;
            }
        }
        await Assert.That(count).IsGreaterThan(200);
    }

    [Test]
    public async Task What_only_some_netmaps_have_is_kept_too()
    {
        const string Json = """
            {"Node":{"ID":1,"Key":"nodekey:0101010101010101010101010101010101010101010101010101010101010101"},
             "Peers":[{"ID":2,"AllowedIPs":["10.0.0.0/8"],"SelfNodeV6MasqAddrForThisPeer":"fd7a::9","ExitNodeDNSResolvers":[{"Addr":"1.1.1.1","BootstrapResolution":["9.9.9.9"],"UseWithExitNode":true}],
                       "KeySignature":"AQID","LastSeen":"2026-01-01T00:00:00.123456789Z","Hostinfo":{"RequestTags":["tag:x"],"WoLMACs":["00:00:5e:00:53:01"],"NetInfo":{"HavePortMap":true,"LinkType":"wifi","FirewallMode":"nft"}}}],
             "PacketFilter":[{"SrcIPs":["*","cap:x","10.0.0.1-10.0.0.9"],"DstPorts":[{"IP":"*","Ports":{"First":1,"Last":2}}],"IPProto":[256]},
                             {"SrcIPs":["1.1.1.1"],"CapGrant":[{"Dsts":["2.2.2.2/32"],"Caps":["a"],"CapMap":{"b":[{"c":1}],"d":null,"e":[]}}]}],
             "DisplayMessages":{"m":{"Title":"t","Text":"x","Severity":"low","ImpactsConnectivity":true,"PrimaryAction":{"URL":"u","Label":"l"}}},
             "TKAInfo":{"Head":"ABC"}}
            """;
        await Assert.That(new ControlJsonReader().TryReadMap(Encoding.UTF8.GetBytes(Json), out var message, out var fault)).IsTrue().Because(fault ?? "");
        var map = new NetmapState().Apply(message!, default)!;
        var store = new MemoryStore();
        NetmapCache.Save(store, map);
        await Same(NetmapCache.Load(store, out _)!, map, "all");
    }

    [Test]
    public async Task A_netmap_that_nobody_can_read_is_kept_aside_and_said()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write(NetmapCache.Name, "{\"Peers\":[]}"u8);
        await Assert.That(NetmapCache.Load(new FolderStore(folder.Path), out var warning)).IsNull();
        await Assert.That(warning).Contains(file + ".corrupt-1");
        await Assert.That(NetmapCache.Load(new FolderStore(folder.Path), out warning)).IsNull();
        await Assert.That(warning).IsNull();
    }

    private static async Task Same(NetworkMap kept, NetworkMap map, string what)
    {
        var changes = new List<PeerChange>();
        kept.CollectChanges(map, changes);
        await Assert.That(changes).IsEmpty().Because(what);
        await Assert.That(kept.Self).IsEqualTo(map.Self).Because(what);
        await Assert.That(kept.Users.Count).IsEqualTo(map.Users.Count).Because(what);
        await Assert.That(kept.TailnetLockHead).IsEqualTo(map.TailnetLockHead);
        await Assert.That(kept.Messages).IsEqualTo(map.Messages).Because(what);
        await Assert.That(kept.Relays).IsEqualTo(map.Relays).Because(what);
        var (ours, theirs) = (NetmapJson.Of(kept), NetmapJson.Of(map));
        if (!JsonNode.DeepEquals(ours, theirs))
            await Assert.That(ours!.ToJsonString()).IsEqualTo(theirs!.ToJsonString()).Because(what);
    }
}
