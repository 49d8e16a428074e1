using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Names;
using Edge.Protocols.Dns;
using Edge.Tests.Dns;
using Edge.Tests.Orb;

namespace Edge.Tests.Io.Names;

/// <summary>Several networks: a name is looked up where it belongs.</summary>
public sealed class NameDirectoryTests
{
    [Test]
    [Arguments("desk.one.test", "100.64.0.2", 0)]
    [Arguments("desk.two.test", "100.64.0.3", 1)]
    [Arguments("desk", "100.64.0.2", 0)]
    [Arguments("lamp", "100.64.0.4", 1)]
    [Arguments("both.example", "100.64.9.1", 0)]
    [Arguments("a.inner.one.test", "100.64.9.2", 1)]
    [Arguments("example.org", "192.0.2.99", -1)]
    [Arguments("localhost", "192.0.2.99", -1)]
    public async Task A_name_is_its_networks(string name, string address, int owner)
    {
        await using var one = Server(Settings("one.test."), [Node(2, "desk.one.test.", "100.64.0.2")], new DnsRecord("both.example", "", "100.64.9.1"));
        await using var two = Server(
            Settings("two.test.", "inner.one.test."), [Node(3, "desk.two.test.", "100.64.0.3"), Node(4, "lamp.two.test.", "100.64.0.4")],
            new DnsRecord("both.example", "", "100.64.9.3"), new DnsRecord("a.inner.one.test", "", "100.64.9.2"));
        var directory = new NameDirectory(one, two);
        var resolver = new TailnetResolver(directory, new FixedResolver([IPAddress.Parse("192.0.2.99")]));
        await Assert.That(string.Join(' ', await resolver.Resolve(name, CancellationToken.None).AsTask().WaitAsync(OrbRun.Limit))).IsEqualTo(address);
        var located = await directory.Locate(name, CancellationToken.None).AsTask().WaitAsync(OrbRun.Limit);
        await Assert.That(located?.Server).IsEqualTo(owner switch { 0 => one, 1 => two, _ => null });
    }

    /// <summary>A tailnet that has a resolver for all names does not take another's.</summary>
    [Test]
    public async Task The_closest_claim_wins()
    {
        await using var all = Server(new DnsSettings { Default = [new DnsResolver("192.0.2.1", default, false)] }, []);
        await using var one = Server(Settings("one.test."), [Node(2, "desk.one.test.", "100.64.0.2")]);
        var directory = new NameDirectory(all, one);
        await Assert.That(directory.OwnersOf("desk.one.test.")).IsEquivalentTo([one]);
        await Assert.That(directory.OwnersOf("gone.one.test.")).IsEquivalentTo([one]);
        await Assert.That(directory.OwnersOf("example.org.")).IsEquivalentTo([all]);
        await Assert.That(new NameDirectory(one).OwnersOf("example.org.")).IsEmpty();
    }

    [Test]
    public async Task A_name_that_is_gone_is_not_told_to_the_host()
    {
        await using var one = Server(Settings("one.test."), []);
        await using var two = Server(Settings("two.test."), []);
        var resolver = new TailnetResolver(new NameDirectory(one, two), new FixedResolver([IPAddress.Parse("192.0.2.99")]));
        await Assert.That(async () => await resolver.Resolve("gone.two.test", CancellationToken.None)).Throws<DialException>();
    }

    /// <summary>All tailnets have addresses of one range: each is asked until one knows.</summary>
    [Test]
    [Arguments("2.0.64.100.in-addr.arpa.", "desk.one.test.")]
    [Arguments("4.0.64.100.in-addr.arpa.", "lamp.two.test.")]
    [Arguments("9.0.64.100.in-addr.arpa.", null)]
    public async Task An_address_is_asked_of_all(string question, string? name)
    {
        await using var one = Server(Settings("one.test.", "64.100.in-addr.arpa."), [Node(2, "desk.one.test.", "100.64.0.2")]);
        await using var two = Server(Settings("two.test.", "64.100.in-addr.arpa."), [Node(4, "lamp.two.test.", "100.64.0.4")]);
        var answer = await new NameDirectory(one, two).Ask(Questions.Of(question, DnsType.Ptr), DnsTransport.Udp).WaitAsync(OrbRun.Limit);
        await Assert.That(Pointer(answer)).IsEqualTo(name);
    }

    private static string? Pointer(ReadOnlyMemory<byte> answer)
    {
        Span<byte> wire = stackalloc byte[DnsName.MaxWire];
        Span<char> text = stackalloc char[DnsName.MaxText];
        scoped var reader = new DnsReader(answer.Span);
        if (!reader.TryReadQuestion(wire, out _) || !reader.TryReadRecord(out var record))
            return null;
        return new string(text[..DnsName.ToText(record.Data, text)]);
    }

    private static DnsSettings Settings(params string[] domains) => new() { Routes = [.. domains.Select(static domain => new DnsRoute(domain, default))], SearchDomains = [domains[0]] };

    private static NameServer Server(DnsSettings settings, TailnetNode[] peers, params DnsRecord[] records)
    {
        var core = new DnsServer(new SystemEntropy());
        core.Names.SetSelf(Node(1, "me." + (settings.SearchDomains.IsEmpty ? "x.test." : settings.SearchDomains[0]), "100.64.0.1"));
        foreach (var peer in peers)
            core.Names.Apply(new PeerChange(peer.Id, null, peer));
        core.Names.SetExtraRecords([.. records]);
        core.Configure(settings, default);
        return new NameServer(core, new NoCarrier(), TimeProvider.System);
    }

    private static TailnetNode Node(int id, string name, string address) => new()
    {
        Id = new NodeId(id),
        Name = name,
        Addresses = [IpPrefix.TryParse(address, out var prefix) ? prefix : throw new InvalidDataException(address)],
    };

    /// <summary>Nobody else may be asked.</summary>
    private sealed class NoCarrier : IDnsCarrier
    {
        public Task Exchange(Endpoint to, ReadOnlyMemory<byte> message, Func<ReadOnlyMemory<byte>, bool> received, CancellationToken cancellation) => throw new InvalidOperationException();

        public Task<ReadOnlyMemory<byte>> Stream(Endpoint to, ReadOnlyMemory<byte> message, CancellationToken cancellation) => throw new InvalidOperationException();

        public Task<ReadOnlyMemory<byte>> Post(DnsUpstream to, ReadOnlyMemory<byte> message, CancellationToken cancellation) => throw new InvalidOperationException();
    }
}
