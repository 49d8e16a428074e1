using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Names;
using Edge.Protocols.Dns;

namespace Edge.Tests.Io.Names;

/// <summary>A name server with a small tailnet, an upstream for `corp.example.` and a listener on loopback.</summary>
internal sealed class NameRun : IAsyncDisposable
{
    private readonly HostCarrier _carrier;

    public NameRun(X509Certificate2? roots = null, TimeProvider? time = null)
    {
        _carrier = new HostCarrier(new FixedResolver([IPAddress.Parse("127.0.0.2")]), TimeProvider.System, new Lazy<X509Certificate2Collection>(() => roots is null ? [] : [roots]));
        var core = new DnsServer(new SystemEntropy());
        core.Names.SetSelf(Node(1, "me.tail.test.", "100.64.0.1"));
        core.Names.Apply(new PeerChange(new NodeId(2), null, Node(2, "desk.tail.test.", "100.64.0.2")));
        core.Names.SetExtraRecords([new DnsRecord("files.corp.example", "", "100.64.0.2")]);
        core.Configure(new DnsSettings
        {
            Routes = [new("tail.test.", default), new("corp.example.", [new DnsResolver(Upstream.Address.ToString(), default, false)])],
            SearchDomains = ["tail.test.", "corp.example."],
        }, default);
        Server = new NameServer(core, _carrier, TimeProvider.System) { Failed = (upstream, reason) => Failures.Add($"{upstream}: {reason.GetType().Name}") };
        Listener = NameListener.Open(new IPEndPoint(IPAddress.Loopback, 0), Server, time ?? TimeProvider.System);
    }

    public ScriptedUpstream Upstream { get; } = new();

    public NameServer Server { get; }

    public NameListener Listener { get; }

    public ConcurrentBag<string> Failures { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await Listener.DisposeAsync();
        await Server.DisposeAsync();
        _carrier.Dispose();
        await Upstream.DisposeAsync();
    }

    private static TailnetNode Node(int id, string name, string address) => new()
    {
        Id = new NodeId(id),
        Name = name,
        Addresses = [IpPrefix.TryParse(address, out var prefix) ? prefix : throw new InvalidDataException(address)],
    };
}
