using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Names;
using Edge.Node.Networks;
using Edge.Protocols.Dns;
using Edge.Tests.Dns;
using Edge.Tests.Io.Names;
using Edge.Tests.Orb;

namespace Edge.Tests.Networks;

/// <summary>Names inside of a network: its own name server, and servers behind its tunnel.</summary>
public sealed class NetworkNamesTests
{
    [Test]
    [Arguments("100.100.100.100")]
    [Arguments("fd7a:115c:a1e0::53")]
    public async Task This_side_is_answered_over_UDP_and_TCP(string address)
    {
        await using var names = new NameRun();
        NetworkNameListener? listener = null;
        await using var pair = new LinkedNetworks((a, _) => listener = new NetworkNameListener(a, names.Server, TimeProvider.System));
        await pair.Up();
        var to = LinkedNetworks.EndpointOf(address, 53);
        var query = Questions.Of("desk.tail.test.", DnsType.A);
        var expected = await names.Server.Ask(query, DnsTransport.Udp);
        await Assert.That(await AskUdp(pair.A.Network, to, query)).IsEquivalentTo(expected.ToArray());

        await using (var stream = new TunnelStream(await pair.A.Network.Dial(to, CancellationToken.None)))
        {
            await DnsStream.Write(stream, query, CancellationToken.None);
            await DnsStream.Write(stream, query, CancellationToken.None);
            for (var i = 0; i < 2; i++)
                await Assert.That((await DnsStream.Read(stream, CancellationToken.None).AsTask().WaitAsync(OrbRun.Limit))!).IsEquivalentTo(expected.ToArray());
        }
        await listener!.DisposeAsync();
    }

    /// <summary>The other side routes the addresses here, and its packets pass WireGuard: they go no further. What it sends to an open port does arrive.</summary>
    [Test]
    [Arguments("100.100.100.100")]
    [Arguments("fd7a:115c:a1e0::53")]
    public async Task A_peer_is_not(string address)
    {
        await using var names = new NameRun();
        NetworkNameListener? listener = null;
        await using var pair = new LinkedNetworks((a, _) =>
        {
            listener = new NetworkNameListener(a, names.Server, TimeProvider.System);
            a.Bind(null, 54, (socket, local, remote, bytes) => socket.Send(local, remote, bytes));
        });
        await pair.Up();
        var arrived = Channel.CreateUnbounded<Endpoint>();
        var to = LinkedNetworks.EndpointOf(address, 53);
        var open = LinkedNetworks.EndpointOf(to.Address.IsV4 ? "10.9.0.1" : "fd09::1", 54);
        using var socket = await pair.B.Network.BindFree(to.Address, (_, _, remote, _) => arrived.Writer.TryWrite(remote), CancellationToken.None);
        socket.Send(socket.Local, to, Questions.Of("desk.tail.test.", DnsType.A));
        socket.Send(socket.Local, to with { Port = 54 }, [1]);
        socket.Send(socket.Local, open, [1]);
        await Assert.That(await arrived.Reader.ReadAsync().AsTask().WaitAsync(OrbRun.Limit)).IsEqualTo(open);
        await Assert.That(pair.A.Figures.Dropped).IsGreaterThanOrEqualTo(2);
        await Assert.That(arrived.Reader.TryRead(out _)).IsFalse();
        await listener!.DisposeAsync();
    }

    /// <summary>Split DNS: the domain's server is a peer, asked over UDP, and over TCP where its answer does not fit.</summary>
    [Test]
    public async Task A_server_behind_the_tunnel_is_asked_through_it()
    {
        await using var pair = new LinkedNetworks((_, b) =>
        {
            b.Bind(null, 53, static (socket, local, remote, bytes) =>
            {
                var answer = Questions.Answer(bytes.ToArray(), 60, "10.1.1.1");
                if (bytes[13] == (byte)'l')
                    answer[2] |= 2;
                socket.Send(local, remote, answer);
            });
            b.Listen(53, static connection => ThreadPool.QueueUserWorkItem(static connection => AnswerOnce(connection), connection, preferLocal: false));
        });
        await pair.Up();
        using var host = new HostCarrier(new FixedResolver([]), TimeProvider.System, new Lazy<X509Certificate2Collection>(static () => []), new NetworkConnector(pair.A.Network, others: null));
        var core = new DnsServer(new SystemEntropy());
        core.Configure(new DnsSettings { Routes = [new("corp.example.", [new DnsResolver("10.9.0.2", default, false)])] }, default);
        await using var server = new NameServer(core, new NetworkCarrier(pair.A.Network, host), TimeProvider.System);
        await Assert.That(await AddressOf(server, "small.corp.example.")).IsEqualTo("10.1.1.1");
        await Assert.That(await AddressOf(server, "large.corp.example.")).IsEqualTo("10.2.2.2");
    }

    private static async void AnswerOnce(TunnelConnection connection)
    {
        await using var stream = new TunnelStream(connection);
        // Who is asked over TCP asks both ways at once: of the small name only the datagram may tell.
        if (await DnsStream.Read(stream, CancellationToken.None) is { } query && query[13] == (byte)'l')
            await DnsStream.Write(stream, Questions.Answer(query, 60, "10.2.2.2"), CancellationToken.None);
    }

    private static async Task<string> AddressOf(NameServer server, string name)
    {
        var answer = await server.Ask(Questions.Of(name, DnsType.A), DnsTransport.Tcp).WaitAsync(OrbRun.Limit);
        return new IPAddress(answer.Span[^4..]).ToString();
    }

    private static async Task<byte[]> AskUdp(VirtualNetwork network, Endpoint to, byte[] query)
    {
        var answer = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var socket = await network.BindFree(to.Address, (_, _, _, bytes) => answer.TrySetResult(bytes.ToArray()), CancellationToken.None);
        socket.Send(socket.Local, to, query);
        return await answer.Task.WaitAsync(OrbRun.Limit);
    }
}
