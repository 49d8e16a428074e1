using System.Net;
using System.Net.Sockets;
using Edge.Crypto;
using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Tests.Orb;
using Microsoft.Extensions.Logging;
using Settings = Edge.Foundation.Configuration.WireGuard;

namespace Edge.Tests.Networks;

/// <summary>A peer of a server's networks, in this process: a network of its own over real datagrams of loopback.</summary>
internal sealed class NetworkClient : IAsyncDisposable
{
    private static int s_ports = 97 * Environment.ProcessId;

    private NetworkClient(WireGuardNetwork node) => Node = node;

    public WireGuardNetwork Node { get; }

    public VirtualNetwork Network => Node.Network;

    /// <param name="privateKey">Its own.</param>
    /// <param name="address">Its own, inside.</param>
    /// <param name="serverKey">The server's public key.</param>
    /// <param name="serverPort">The server's UDP port.</param>
    /// <param name="ranges">What the server has.</param>
    /// <param name="logs">Where it speaks.</param>
    public static async Task<NetworkClient> Start(string privateKey, string address, string serverKey, int serverPort, string ranges, ILoggerFactory logs)
    {
        var up = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var settings = new Settings
        {
            PrivateKey = new Secret(privateKey),
            Addresses = [new InterfaceAddress(IPAddress.Parse(address), 32)],
            Peers = [new WireGuardPeer { PublicKey = serverKey, Endpoint = new HostPort("127.0.0.1", serverPort), AllowedIps = [IPNetwork.Parse(ranges)] }],
        };
        var node = new WireGuardNetwork("client", settings, new Tunnel(), new NetworkOptions
        {
            Logs = logs,
            Resolver = new SystemResolver(),
            Time = TimeProvider.System,
            Changed = (_, reason) =>
            {
                if (reason is null)
                    up.TrySetResult();
            },
        });
        node.Start();
        await up.Task.WaitAsync(OrbRun.Limit);
        return new NetworkClient(node);
    }

    /// <summary>An HTTP client whose connections go through the tunnel.</summary>
    public HttpClient Http(string baseAddress)
    {
        var handler = OrbRun.Handler();
        handler.ConnectCallback = async (context, cancellation) =>
            new TunnelStream(await Network.Dial(new Endpoint(IpAddress.Of(IPAddress.Parse(context.DnsEndPoint.Host)), (ushort)context.DnsEndPoint.Port), cancellation));
        return new HttpClient(handler) { BaseAddress = new Uri(baseAddress), Timeout = OrbRun.Limit };
    }

    /// <summary>A key pair in Base64.</summary>
    public static (string Private, string Public) Keys()
    {
        var key = new byte[32];
        System.Security.Cryptography.RandomNumberGenerator.Fill(key);
        var publicKey = new byte[32];
        X25519.PublicKey(key, publicKey);
        return (Convert.ToBase64String(key), Convert.ToBase64String(publicKey));
    }

    /// <summary>
    /// A UDP port that was free a moment ago, on both families, and that nobody gets meanwhile: no other test from here, and no socket from the
    /// system, whose own choices begin at 32768 (ip(7), <c>ip_local_port_range</c>).
    /// </summary>
    public static int FreeUdpPort()
    {
        while (true)
        {
            var port = 20_000 + (int)((uint)Interlocked.Increment(ref s_ports) % 12_000);
            try
            {
                using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
                socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one, then.
            }
        }
    }

    public ValueTask DisposeAsync() => Node.DisposeAsync();
}
