using System.Net;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Names;
using Edge.Tests.Orb;
using Edge.Tests.Relay;
using DerpNode = Edge.Foundation.Netmap.DerpNode;

namespace Edge.Tests.Io.Names;

/// <summary>The control server's addresses from relays, where the host's resolver has none: from ours and from Tailscale's, and from nobody else.</summary>
public sealed class BootstrapResolverTests
{
    private static readonly DerpNode s_dead = new() { HostName = "dead.example", Ipv4 = "127.0.0.9", DerpPort = 1, CertificateName = "sha256-raw:00" };

    [Test]
    public async Task A_relay_is_asked_where_the_host_has_no_answer()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        var known = new FixedResolver([IPAddress.Parse("192.0.2.7"), IPAddress.Parse("2001:db8::7")]);
        await using var relay = await RelayRun.Start(options => options with { BootstrapNames = ["control.example"], Resolver = new Both(known, new SystemResolver()) });
        var system = new Nothing();
        var resolver = Resolver(system, s_dead, NodeOf(relay.Node));
        await Assert.That(string.Join(' ', await Known(resolver, limit.Token))).IsEqualTo("192.0.2.7 2001:db8::7");
        await Assert.That(system.Asked).IsGreaterThanOrEqualTo(1);
    }

    [Test]
    public async Task The_stock_relay_is_asked_too()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var derper = await DerperRun.Start(bootstrapNames: "localhost");
        var resolver = Resolver(new Nothing(), NodeOf(derper.Node));
        await Assert.That((await Known(resolver, limit.Token, "localhost")).Any(IPAddress.IsLoopback)).IsTrue();
    }

    [Test]
    public async Task What_the_host_knows_no_relay_is_asked()
    {
        var resolver = Resolver(new FixedResolver([IPAddress.Parse("192.0.2.1")]), s_dead);
        await Assert.That((await resolver.Resolve("control.example", CancellationToken.None)).Single()).IsEqualTo(IPAddress.Parse("192.0.2.1"));
    }

    [Test]
    public async Task Without_known_relays_the_hosts_word_is_the_last()
    {
        // Relays that would have to be looked up are no help, and those that are only STUN servers neither.
        var resolver = Resolver(new Nothing(), new DerpNode { HostName = "derp.example" }, s_dead with { IsStunOnly = true });
        var failure = await Assert.That(async () => await resolver.Resolve("control.example", CancellationToken.None)).Throws<DialException>();
        await Assert.That(failure!.Message).IsEqualTo("control.example: nothing");
    }

    [Test]
    public async Task Where_nobody_knows_each_is_named_with_its_reason()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var relay = await RelayRun.Start();
        var resolver = Resolver(new Nothing(), s_dead, NodeOf(relay.Node), NodeOf(relay.Node) with { HostName = "pinned.example", Ipv4 = "127.0.0.1", CertificateName = "sha256-raw:" + new string('0', 64) });
        var failure = await Assert.That(async () => await resolver.Resolve("control.example", limit.Token)).Throws<DialException>();
        await Assert.That(failure!.Step).IsEqualTo(DialStep.LookUp);
        await Assert.That(failure.Message).StartsWith("control.example: nothing; nor do the network's relays help: ");
        await Assert.That(failure.Message).Contains("127.0.0.1 does not know it").And.Contains("dead.example: no connection to 127.0.0.9:1: ConnectionRefused")
            .And.Contains("pinned.example: no TLS with the relay");
    }

    [Test]
    [Arguments("""{"CONTROL.example":["192.0.2.1","x",7,null,"::1"]}""", "192.0.2.1 ::1")]
    [Arguments("""{"other.example":["192.0.2.1"],"control.example":null}""", "")]
    [Arguments("[]", null)]
    [Arguments("<html>", null)]
    public async Task An_answer_is_read(string json, string? expected)
    {
        var addresses = BootstrapAnswer.Read(System.Text.Encoding.UTF8.GetBytes(json), "control.example");
        await Assert.That(addresses is null ? null : string.Join(' ', addresses)).IsEqualTo(expected);
    }

    // A relay looks its names up beside its start; until then it knows none.
    private static async Task<IReadOnlyList<IPAddress>> Known(BootstrapResolver resolver, CancellationToken limit, string name = "control.example")
    {
        while (true)
        {
            try
            {
                return await resolver.Resolve(name, limit);
            }
            catch (DialException) when (!limit.IsCancellationRequested)
            {
                await Task.Yield();
            }
        }
    }

    private static BootstrapResolver Resolver(IResolver system, params DerpNode[] nodes)
    {
        var map = new DerpMap { Regions = ValueLists.Own<DerpRegion>([new DerpRegion { Id = 900, Nodes = ValueLists.Own(nodes) }]) };
        return new(system, () => map, RelayRun.Dialler(), new SystemEntropy());
    }

    private static DerpNode NodeOf(Edge.Io.Derp.DerpNode node) => new() { HostName = node.HostName, DerpPort = node.Port, CertificateName = node.CertName };

    private sealed class Nothing : IResolver
    {
        private int _asked;

        public int Asked => _asked;

        public ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _asked);
            throw new DialException(DialStep.LookUp, $"{host}: nothing");
        }
    }

    /// <summary>A relay looks up its own listening address too.</summary>
    private sealed class Both(IResolver known, IResolver system) : IResolver
    {
        public ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation) =>
            (host == "control.example" ? known : system).Resolve(host, cancellation);
    }
}
