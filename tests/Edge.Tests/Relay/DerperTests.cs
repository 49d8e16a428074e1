using System.Net.Sockets;
using System.Security.Cryptography;
using Edge.Foundation.Keys;
using Edge.Io.Derp;
using Edge.Protocols.Derp;
using Edge.Tests.Cli;
using Edge.Tests.Orb;

namespace Edge.Tests.Relay;

/// <summary>Beside the stock relay: our nodes at it, and it in one mesh with ours. Skipped by name where it is not at hand.</summary>
public sealed class DerperTests
{
    private const string MeshSecret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff";

    [Test]
    public async Task Nodes_reach_each_other_through_it_and_need_not_wait_for_its_answer()
    {
        await using var derper = await DerperRun.Start();
        await Ready(derper.Node);
        await using (var stream = await RelayRun.Dialler().Dial(derper.Node, CancellationToken.None))
            await Assert.That(stream.Server).IsNotNull().Because("its handshake shows its key");
        // Our relay is here for its nodes alone.
        await using var run = await RelayRun.Start();
        var (a, b) = (await run.Join(derper.Node), await run.Join(derper.Node));
        foreach (var size in new[] { 0, 1, 1420, 65_536 })
        {
            var packet = RandomNumberGenerator.GetBytes(size);
            a.Connection.Send(b.Key, packet);
            await b.Inbox.Next($"RecvPacket {Convert.ToHexStringLower(a.Key.Bytes)} {Convert.ToHexStringLower(packet)}");
        }
        a.Connection.SetHome(true);
        a.Connection.Ping("12345678"u8);
        await a.Inbox.Next("Pong 3132333435363738");
        await a.Connection.DisposeAsync();
        await b.Inbox.Next($"PeerGone {Convert.ToHexStringLower(a.Key.Bytes)} 0");
    }

    [Test]
    public async Task Nodes_reach_it_inside_of_a_WebSocket()
    {
        await using var derper = await DerperRun.Start();
        await Ready(derper.Node);
        await using var narrow = await NarrowProxy.Start(derper.Node.Port);
        await using var run = await RelayRun.Start();
        var plain = await run.Join(derper.Node);
        var inside = await run.Join(derper.Node with { Port = narrow.Port, CertName = "", IsInsecure = true });
        var packet = RandomNumberGenerator.GetBytes(3000);
        inside.Connection.Send(plain.Key, packet);
        await plain.Inbox.Next($"RecvPacket {Convert.ToHexStringLower(inside.Key.Bytes)} {Convert.ToHexStringLower(packet)}");
        plain.Connection.Send(inside.Key, packet);
        await inside.Inbox.Next($"RecvPacket {Convert.ToHexStringLower(plain.Key.Bytes)} {Convert.ToHexStringLower(packet)}");
    }

    [Test]
    public async Task It_and_our_relay_forward_to_each_others_nodes()
    {
        using var folder = new TemporaryFolder();
        using var mesh = MeshKey.TryParse(MeshSecret, out var key) ? key : null;
        // Its certificate is made before it runs, so that the other one can trust it.
        await using (await RelayRun.Start(options => options with { StateFolder = folder.Path }))
        {
        }
        var port = EdgeProcess.FreePort();
        await using var derper = await DerperRun.Start(MeshSecret, port, Path.Combine(folder.Path, "relay", "relay-127.0.0.1.crt"));
        await Ready(derper.Node);
        await using var run = await RelayRun.Start(options => options with
        {
            StateFolder = folder.Path,
            Mesh = mesh,
            Listen = options.Listen with { Port = port },
            MeshWith = [derper.Node],
        });
        var (ours, theirs) = (await run.Join(), await run.Join(derper.Node));
        await Until(ours, theirs);
        await Until(theirs, ours);
        await theirs.Connection.DisposeAsync();
        await ours.Inbox.Next($"PeerGone {Convert.ToHexStringLower(theirs.Key.Bytes)} 0");
    }

    // Each relay tells the other of its nodes in its own time.
    private static async Task Until((DerpConnection Connection, DerpInbox Inbox, PublicKey Key) from, (DerpConnection Connection, DerpInbox Inbox, PublicKey Key) to)
    {
        var came = to.Inbox.Next($"RecvPacket {Convert.ToHexStringLower(from.Key.Bytes)} 2a");
        while (!came.IsCompleted)
        {
            from.Connection.Send(to.Key, [42]);
            await Task.Yield();
        }
        await came;
    }

    // It says its certificate's hash before it listens.
    private static async Task Ready(DerpNode node)
    {
        using var limit = new CancellationTokenSource(OrbRun.Limit);
        while (true)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(node.HostName, node.Port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }
    }
}
