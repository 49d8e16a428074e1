using System.Net;
using System.Net.Sockets;
using Edge.Io;

namespace Edge.Tests.Io;

/// <summary>Connections over the loopback's many addresses: 127.0.0.0/8 is all this host.</summary>
public sealed class DiallerTests
{
    [Test]
    public async Task The_families_take_turns_and_the_resolvers_first_begins()
    {
        var ordered = Dialler.Interleave([IPAddress.Parse("::1"), IPAddress.Parse("::2"), IPAddress.Parse("10.0.0.1"), IPAddress.Parse("10.0.0.2"), IPAddress.Parse("::3")]);
        await Assert.That(string.Join(' ', ordered)).IsEqualTo("::1 10.0.0.1 ::2 10.0.0.2 ::3");
    }

    [Test]
    public async Task A_name_with_a_dead_address_connects_to_the_living_one()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var names = new FixedNames(IPAddress.Parse("127.0.0.2"), IPAddress.IPv6Loopback, IPAddress.Loopback);
        await using var stream = await new Dialler(names, TimeProvider.System).Dial("some.name", port, CancellationToken.None);
        using var accepted = await listener.AcceptSocketAsync();
        await Assert.That(names.Asked).IsEquivalentTo(["some.name"]);
    }

    [Test]
    public async Task An_address_is_not_looked_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var names = new FixedNames();
        await using var stream = await new Dialler(names, TimeProvider.System).Dial("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, CancellationToken.None);
        await Assert.That(names.Asked).IsEmpty();
    }

    [Test]
    public async Task When_no_address_answers_each_is_named_with_its_reason()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var names = new FixedNames(IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3"));
        var error = await Assert.That(async () => await new Dialler(names, TimeProvider.System).Dial("some.name", port, CancellationToken.None)).Throws<DialException>();
        await Assert.That(error!.Step).IsEqualTo(DialStep.Connect);
        await Assert.That(error.Message).Contains($"127.0.0.2:{port}: ConnectionRefused");
        await Assert.That(error.Message).Contains($"127.0.0.3:{port}: ConnectionRefused");
    }

    [Test]
    public async Task Localhost_needs_no_resolver()
    {
        var addresses = await new SystemResolver().Resolve("localhost", CancellationToken.None);
        await Assert.That(addresses.All(IPAddress.IsLoopback)).IsTrue();
    }

    private sealed class FixedNames(params IPAddress[] addresses) : IResolver
    {
        public List<string> Asked { get; } = [];

        public ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation)
        {
            Asked.Add(host);
            return new(addresses);
        }
    }
}
