using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Node.Networks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Edge.Bench;

/// <summary>
/// The other end of the netstack's measurement, a process of its own in its namespace: <c>netstack-client WHAT PRIVATE-KEY ADDRESS SERVER-KEY
/// SERVER-ENDPOINT SERVER-ADDRESS PATH COUNT</c>. It reads through a netstack and throws away.
/// </summary>
internal static class NetstackClient
{
    public const string Name = "netstack-client";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    public static async Task<int> Run(string[] arguments)
    {
        var (what, path, count) = (arguments[0], arguments[6], int.Parse(arguments[7], CultureInfo.InvariantCulture));
        var server = IPAddress.Parse(arguments[5]);
        _ = HostPort.TryParse(arguments[4], out var endpoint);
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var node = new WireGuardNetwork("bench", new WireGuard
        {
            PrivateKey = new Secret(arguments[1]),
            Addresses = [new InterfaceAddress(IPAddress.Parse(arguments[2]), 32)],
            Peers = [new WireGuardPeer { PublicKey = arguments[3], Endpoint = endpoint, AllowedIps = [new IPNetwork(server, 32)] }],
        }, new Tunnel(), new NetworkOptions
        {
            Logs = NullLoggerFactory.Instance,
            Resolver = new SystemResolver(),
            Time = TimeProvider.System,
            Changed = (_, reason) =>
            {
                if (reason is null)
                    up.TrySetResult();
            },
        });
        node.Start();
        await up.Task.WaitAsync(s_limit);
        var remote = new Foundation.Addresses.Endpoint(IpAddress.Of(server), 80);
        if (what == "hold")
            await Hold(node, remote, path, count);
        else
            await Download(node, remote, path, count);
        return 0;
    }

    /// <summary>Prints Mbit/s, packets opened, and bytes that the network's thread allocated for them beside the blocks, whose pool grows to what was needed at once.</summary>
    private static async Task Download(WireGuardNetwork node, Foundation.Addresses.Endpoint remote, string path, int count)
    {
        // Once for the handshake, the windows and the memory that is kept.
        await Fetch(node, remote, path);
        var (packets, allocated, held) = (node.Figures.PacketsIn, await node.AllocatedBytes(), node.Network.Blocks.Held);
        var began = Stopwatch.GetTimestamp();
        var bytes = 0L;
        for (var i = 0; i < count; i++)
            bytes += await Fetch(node, remote, path);
        var elapsed = Stopwatch.GetElapsedTime(began);
        allocated = await node.AllocatedBytes() - allocated - (node.Network.Blocks.Held - held);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes * 8 / elapsed.TotalMicroseconds:0.0} {node.Figures.PacketsIn - packets} {allocated}"));
    }

    private static async Task<long> Fetch(WireGuardNetwork node, Foundation.Addresses.Endpoint remote, string path)
    {
        await using var connection = await node.Network.Dial(remote, CancellationToken.None);
        connection.Output.Write(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"));
        await connection.Output.FlushAsync();
        var bytes = 0L;
        while (true)
        {
            var read = await connection.Input.ReadAsync();
            bytes += read.Buffer.Length;
            connection.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return bytes;
        }
    }

    /// <summary>Opens connections, has a request answered on each, and holds them until it is told to end.</summary>
    private static async Task Hold(WireGuardNetwork node, Foundation.Addresses.Endpoint remote, string path, int count)
    {
        List<TunnelConnection> held = [];
        for (var i = 0; i < count; i++)
        {
            var connection = await node.Network.Dial(remote, CancellationToken.None);
            connection.Output.Write(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n"));
            await connection.Output.FlushAsync();
            var read = await connection.Input.ReadAsync();
            connection.Input.AdvanceTo(read.Buffer.End);
            held.Add(connection);
        }
        Console.WriteLine("held");
        await Task.Delay(s_limit);
    }
}
