using System.Net;
using System.Net.Sockets;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Orb;

namespace Edge.Tests.Orb;

/// <summary>Where a server listens: names, Unix sockets, and what keeps it from listening.</summary>
public sealed class ListeningTests
{
    [Test]
    public async Task A_name_is_listened_on_at_all_its_addresses_on_one_port()
    {
        await using var server = Server("site.test", new Names(("site.test", ["127.0.0.7", "127.0.0.8"])));
        await server.Start(CancellationToken.None);
        var bound = (IPEndPoint)server.Listeners[0].Bound!;
        await Assert.That(bound.Address.ToString()).IsEqualTo("127.0.0.7");
        foreach (var address in new[] { "127.0.0.7", "127.0.0.8" })
        {
            using var client = new HttpClient(OrbRun.Handler());
            await Assert.That(await client.GetStringAsync($"http://{address}:{bound.Port}/")).IsEqualTo("named");
        }
    }

    [Test]
    public async Task An_address_of_a_name_that_is_not_this_machines_is_left_out_where_another_is()
    {
        // 192.0.2.0/24 is for documentation (RFC 5737): no machine has one.
        await using var server = Server("site.test", new Names(("site.test", ["192.0.2.1", "127.0.0.9"])));
        await server.Start(CancellationToken.None);
        await Assert.That(((IPEndPoint)server.Listeners[0].Bound!).Address.ToString()).IsEqualTo("127.0.0.9");
    }

    [Test]
    public async Task A_name_without_an_address_of_this_machine_is_refused_with_what_to_do()
    {
        await using var server = Server("site.test", new Names(("site.test", ["192.0.2.1"])));
        var failure = await Assert.That(async () => await server.Start(CancellationToken.None)).Throws<OrbException>();
        await Assert.That(failure!.Message).IsEqualTo("site.test:0 cannot be listened on: it is none of this machine's addresses");
        await Assert.That(failure.Help).Contains("ip address");
    }

    [Test]
    public async Task A_name_that_nobody_knows_is_refused_with_what_to_do()
    {
        await using var server = Server("nowhere.test", new Names());
        var failure = await Assert.That(async () => await server.Start(CancellationToken.None)).Throws<OrbException>();
        await Assert.That(failure!.Message).IsEqualTo("`nowhere.test:0` cannot be listened on: nowhere.test has no address");
    }

    [Test]
    public async Task Localhost_is_listened_on_by_the_machines_own_resolver()
    {
        await using var server = Server("localhost", new SystemResolver());
        await server.Start(CancellationToken.None);
        var bound = (IPEndPoint)server.Listeners[0].Bound!;
        await Assert.That(IPAddress.IsLoopback(bound.Address)).IsTrue();
        using var client = new HttpClient(OrbRun.Handler());
        await Assert.That(await client.GetStringAsync($"http://{bound}/")).IsEqualTo("named");
    }

    [Test]
    public async Task What_was_opened_before_a_failure_is_closed_again()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var first = new ListenAddress { Host = "127.0.0.11", Port = 0 };
        var second = new ListenAddress { Host = "127.0.0.1", Port = ((IPEndPoint)taken.LocalEndpoint).Port };
        int port;
        await using (var server = Server([first, second], new Names()))
        {
            await Assert.That(async () => await server.Start(CancellationToken.None)).Throws<OrbException>();
            port = ((IPEndPoint)server.Listeners[0].Bound!).Port;
        }
        using var again = new TcpListener(IPAddress.Parse("127.0.0.11"), port);
        again.Start();
    }

    private static OrbServer Server(string name, IResolver resolver) => Server([new ListenAddress { Host = name, Port = 0 }], resolver);

    private static OrbServer Server(ListenAddress[] addresses, IResolver resolver)
    {
        var configuration = OrbRun.Load("""servers { [":8080"] { handler = new Respond { body = "named" } } }""");
        var servers = configuration.Servers.Select(block => KeyValuePair.Create(block.Key, block.Value with { Listen = [.. addresses] }));
        return new OrbServer(configuration with { Servers = [.. servers] }, new OrbOptions { Logs = new OrbRun.LogLines(), Resolver = resolver, Limits = OrbLimits.Default with { Draining = TimeSpan.Zero } });
    }

    private sealed class Names(params (string Name, string[] Addresses)[] known) : IResolver
    {
        public ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation) =>
            known.FirstOrDefault(one => one.Name == host).Addresses is { } addresses
                ? ValueTask.FromResult<IReadOnlyList<IPAddress>>([.. addresses.Select(IPAddress.Parse)])
                : throw new DialException(DialStep.LookUp, $"{host} has no address");
    }
}
