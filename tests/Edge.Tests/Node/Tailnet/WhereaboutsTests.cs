using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Edge.Dataplane;
using Edge.Foundation.Keys;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Node.Tailnet;
using Edge.Node.Tailnet.Relays;
using Edge.Protocols.Netstack;
using Edge.Protocols.Stun;
using Edge.Tests.Orb;
using Edge.Tests.Relay;
using Microsoft.Extensions.Time.Testing;

namespace Edge.Tests.Node.Tailnet;

/// <summary>What a node finds out about where it is, and when it tells.</summary>
public sealed class WhereaboutsTests
{
    /// <summary>Two regions, one of which never answers. Its clock stands still: nothing is told because something took too long.</summary>
    [Test]
    public async Task The_region_that_answers_first_is_told_as_the_home_before_the_check_has_ended()
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        await using var relay = await RelayRun.Start(static options => options with { StunPort = 0 });
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using var node = new Node(relay);
        node.Relays.SetMap(MapOf(relay, silent));
        node.Whereabouts.SetMap(MapOf(relay, silent));

        // What the check comes to is withheld: only an answer can have been told of.
        var first = await node.Found.ReadAsync(limit.Token);
        await Assert.That(first.PreferredRelay).IsEqualTo(900);
        await Assert.That(first.RelayLatencies.Count).IsEqualTo(1);
        await Assert.That(first.WorkingUdp).IsTrue();
        await Assert.That(node.Relays.HomeWelcomed.IsCompleted).IsTrue();

        var report = await node.Checked.Task.WaitAsync(limit.Token);
        await Assert.That(silent.Available).IsGreaterThan(0);
        node.Whereabouts.Checked(report);
        await Assert.That((await node.Found.ReadAsync(limit.Token)).PreferredRelay).IsEqualTo(900);
    }

    private static DerpMap MapOf(RelayRun relay, UdpClient silent)
    {
        DerpNode node = new()
        {
            Name = "900a", RegionId = 900, HostName = "127.0.0.1", Ipv4 = "127.0.0.1", Ipv6 = "none",
            CertificateName = relay.Node.CertName, DerpPort = relay.Node.Port, StunPort = relay.Server.StunPort!.Value,
        };
        var other = node with { Name = "901a", RegionId = 901, StunPort = ((IPEndPoint)silent.Client.LocalEndPoint!).Port };
        return new DerpMap { Regions = [new DerpRegion { Id = 900, Nodes = [node] }, new DerpRegion { Id = 901, Nodes = [other] }] };
    }

    /// <summary>A data path that is in no tailnet, and what finds out where it is.</summary>
    private sealed class Node : IAsyncDisposable
    {
        private readonly TailnetAttachment _attachment;
        private readonly Channel<NetInfo> _found = Channel.CreateUnbounded<NetInfo>();

        public Node(RelayRun relay)
        {
            var entropy = new SystemEntropy();
            var network = new VirtualNetwork("lab", [], [], new NetstackOptions(), entropy);
            // The relay's run disposes of it.
            var key = relay.NewKey();
            Relays = new RelayLinks(RelayRun.Dialler(), entropy, TimeProvider.System, new PrivateKey(key.KeyPair.PrivateKey), capacity: 64 * 1024) { Received = static (int _, in PublicKey _, ReadOnlySpan<byte> _) => { } };
            Whereabouts = new Whereabouts(new NetworkOptions { Logs = new OrbRun.LogLines(), Resolver = new SystemResolver(), Time = new FakeTimeProvider() }, hasFixedPort: false)
            {
                Found = (info, _) => _found.Writer.WriteAsync(info),
            };
            var terms = new AttachmentTerms { Name = "lab", Time = TimeProvider.System, Heard = Whereabouts.Heard, Checked = report => Checked.TrySetResult(report) };
            _attachment = new TailnetAttachment(terms, key, new EngineStack(network.Stack, network), Relays);
            Whereabouts.Start(_attachment);
        }

        public RelayLinks Relays { get; }

        public Whereabouts Whereabouts { get; }

        /// <summary>What the control server would be told, in order.</summary>
        public ChannelReader<NetInfo> Found => _found.Reader;

        /// <summary>What the first check came to.</summary>
        public TaskCompletionSource<NetReport> Checked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask DisposeAsync()
        {
            await Whereabouts.DisposeAsync();
            await _attachment.DisposeAsync();
            await Relays.DisposeAsync();
        }
    }
}
