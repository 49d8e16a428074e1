using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
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
internal static partial class NetstackClient
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

    /// <summary>
    /// Prints Mbit/s, packets opened, and bytes that the network's thread allocated for them. The last two are of the second half of the downloads,
    /// as far as they needed no more blocks at once than those before: what is kept grows to what was ever needed, which is no cost of a packet.
    /// </summary>
    private static async Task Download(WireGuardNetwork node, Foundation.Addresses.Endpoint remote, string path, int count)
    {
        await using var connection = await node.Network.Dial(remote, CancellationToken.None);
        // Once for the handshake and the windows.
        await Fetch(connection, path);
        var (bytes, packets, allocated) = (0L, 0L, 0L);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var (packetsBefore, allocatedBefore, held) = (node.Figures.PacketsIn, await node.AllocatedBytes(), node.Network.Blocks.Held);
            bytes += await Fetch(connection, path);
            var more = await node.AllocatedBytes() - allocatedBefore;
            if (i < count / 2 || node.Network.Blocks.Held != held)
                continue;
            allocated += more;
            packets += node.Figures.PacketsIn - packetsBefore;
        }
        var elapsed = Stopwatch.GetElapsedTime(began);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{bytes * 8 / elapsed.TotalMicroseconds:0.0} {packets} {allocated}"));
    }

    /// <returns>Bytes of the body.</returns>
    private static async Task<long> Fetch(TunnelConnection connection, string path)
    {
        connection.Output.Write(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n"));
        await connection.Output.FlushAsync();
        var (length, left) = (0L, 0L);
        while (length == 0)
        {
            var read = await connection.Input.ReadAsync();
            if (read.IsCompleted)
                throw new InvalidOperationException($"the server ended the connection before it had answered {path}");
            var (headers, body) = Split(read.Buffer);
            if (body == 0)
            {
                connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }
            length = long.Parse(ContentLength().Match(headers).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            left = length - (read.Buffer.Length - body);
            connection.Input.AdvanceTo(read.Buffer.End);
        }
        while (left > 0)
        {
            var read = await connection.Input.ReadAsync();
            left -= read.Buffer.Length;
            connection.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted && left > 0)
                throw new InvalidOperationException($"the server ended the connection in the middle of {path}");
        }
        return length;
    }

    /// <returns>The headers, and where the body begins; 0: they are not whole.</returns>
    private static (string Headers, int Body) Split(ReadOnlySequence<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes.Slice(0, Math.Min(bytes.Length, 4096)).ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 ? ("", 0) : (text[..end], end + 4);
    }

    [GeneratedRegex(@"(?i)content-length: (\d+)")]
    private static partial Regex ContentLength();

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
