using System.Net;
using Edge.Cli;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Foundation.Time;
using Edge.Orb;
using Edge.Relay;
using Edge.Tests.Control;
using Edge.Tests.Orb;

namespace Edge.Tests.Relay;

/// <summary>Whom a relay beside a tailnet's node admits, and how the configuration asks for it.</summary>
public sealed class NetmapAdmissionTests
{
    [Test]
    public async Task The_nodes_of_the_netmap_are_admitted_and_nobody_while_there_is_none()
    {
        NetworkMap? map = null;
        var admission = new NetmapAdmission(() => map, TimeProvider.System);
        await Assert.That(await Admits(2)).IsFalse();
        map = Map();
        await Assert.That((await Admits(1), await Admits(2), await Admits(3), await Admits(4))).IsEqualTo((true, true, false, false));
        map = Map(isPeerThere: false);
        await Assert.That((await Admits(1), await Admits(2))).IsEqualTo((true, false));

        async Task<bool> Admits(byte node) => await admission.Admits(ControlWorld.Key<NodeKind>(node).Key, IPAddress.Loopback, CancellationToken.None);
    }

    [Test]
    public async Task A_relay_refuses_at_its_door_whom_the_netmap_does_not_know()
    {
        NetworkMap? map = null;
        var admission = new NetmapAdmission(() => map, TimeProvider.System);
        await using var run = await RelayRun.Start(options => options with { Admission = admission });
        var refused = await run.Connect();
        await Assert.That(await refused.Connection.Ended.WaitAsync(OrbRun.Limit)).IsNotEmpty();
        await Assert.That(refused.Inbox.Messages.Count).IsEqualTo(0);
        // Whoever comes is the one peer of this netmap.
        await using var open = await RelayRun.Start(options => options with { Admission = new Anybody(key => new NetmapAdmission(() => Map(key: key), TimeProvider.System)) });
        await open.Join();
    }

    [Test]
    [Arguments("direct = true", null, null)]
    [Arguments("direct = true", 4000, "4000 - verified")]
    [Arguments("direct = true; derp { server = true }", null, "3340 - verified")]
    [Arguments("direct = true; derp { server = true; serverPort = 4001; stunPort = 3478; verifyClients = false }", null, "4001 3478 open")]
    [Arguments("direct = true; derp { server = true; serverPort = 4001 }", 4002, "4002 - verified")]
    [Arguments("direct = true; derp { server = true; meshKey = \"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff\"; meshWith { \"https://relay.example:4443\"; \"https://[fd00::1]\" } }", null, "3340 - verified mesh relay.example:4443 [fd00::1]:443")]
    public async Task The_configuration_and_the_flags_say_which_relay_there_is(string tailscale, int? flag, string? expected)
    {
        var configuration = OrbRun.Load($$"""servers { [":1"] { handler = 204 } }; networks { ["home"] { tailscale { stateDir = "mem:"; {{tailscale}} } } }""");
        await using var server = new OrbServer(configuration, new OrbOptions { Logs = new OrbRun.LogLines() });
        var options = RelayBeside.Options(configuration, flag, server.Services, out var mesh);
        using var shared = mesh;
        var text = options is null ? null
            : $"{options.Listen.Port} {options.StunPort?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"} {(options.Admission is null ? "open" : "verified")}{(mesh is null ? "" : " mesh")}{string.Concat(options.MeshWith.Select(node => $" {node}"))}";
        await Assert.That(text).IsEqualTo(expected);
        if (options is not null)
            await Assert.That(options.ClientRate == 0).IsEqualTo(options.Admission is not null);
    }

    [Test]
    [Arguments(null, null)]
    [Arguments(3340, "3340 open")]
    public async Task Without_a_tailnet_a_relay_is_open_to_all(int? flag, string? expected)
    {
        var configuration = OrbRun.Load("""servers { [":1"] { handler = 204 } }""");
        await using var server = new OrbServer(configuration, new OrbOptions { Logs = new OrbRun.LogLines() });
        var options = RelayBeside.Options(configuration, flag, server.Services, out var mesh);
        await Assert.That(mesh).IsNull();
        await Assert.That(options is null ? null : $"{options.Listen.Port} {(options.Admission is null ? "open" : "verified")}").IsEqualTo(expected);
    }

    [Test]
    [Arguments("direct = true; derp { server = true; meshWith { \"https://relay.example\" } }", "", "`meshWith` takes a `meshKey`")]
    [Arguments("direct = true; derp { server = true }", "[\"other\"] { tailscale { direct = true; stateDir = \"mem:\"; derp { server = true } } }", "has a relay already")]
    public async Task What_cannot_be_is_refused(string tailscale, string more, string expected)
    {
        var configuration = OrbRun.Load($$"""servers { [":1"] { handler = 204 } }; networks { ["home"] { tailscale { stateDir = "mem:"; {{tailscale}} } } {{more}} }""");
        await using var server = new OrbServer(configuration, new OrbOptions { Logs = new OrbRun.LogLines() });
        var failure = await Assert.That(() => RelayBeside.Options(configuration, null, server.Services, out _)).Throws<OrbException>();
        await Assert.That(failure!.Message).Contains(expected);
        await Assert.That(failure.IsConfiguration).IsTrue();
    }

    private static NetworkMap Map(bool isPeerThere = true, PublicKey? key = null)
    {
        var builder = new NetworkMapBuilder(null) { Self = new TailnetNode { Id = new NodeId(1), Key = ControlWorld.Key<NodeKind>(1), Name = "relay.example." } };
        if (isPeerThere)
            builder.SetPeer(new TailnetNode { Id = new NodeId(2), Key = key is { } known ? new(known) : ControlWorld.Key<NodeKind>(2) });
        builder.SetPeer(new TailnetNode { Id = new NodeId(3), Key = ControlWorld.Key<NodeKind>(3), KeyExpiry = UtcTime.OfUnixSeconds(1_000_000_000) });
        return builder.ToMap();
    }

    private sealed class Anybody(Func<PublicKey, IRelayAdmission> admission) : IRelayAdmission
    {
        public ValueTask<bool> Admits(PublicKey node, IPAddress source, CancellationToken cancellation) => admission(node).Admits(node, source, cancellation);
    }
}
