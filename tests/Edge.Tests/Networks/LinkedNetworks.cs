using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Edge.Io;
using Edge.Node.Networks;
using Edge.Tests.Orb;
using Settings = Edge.Foundation.Configuration.WireGuard;

namespace Edge.Tests.Networks;

/// <summary>
/// Two networks of this process with real engines and real datagrams over loopback between them: 10.9.0.1 and fd09::1, 10.9.0.2 and fd09::2. Each routes the
/// addresses of Tailscale's name server to the other too, as an exit node's peer would.
/// </summary>
internal sealed class LinkedNetworks : IAsyncDisposable
{
    private readonly TaskCompletionSource[] _up = [Completion(), Completion()];

    /// <param name="prepare">Called of both before they run.</param>
    public LinkedNetworks(Action<VirtualNetwork, VirtualNetwork>? prepare = null)
    {
        var (a, b) = (NetworkClient.Keys(), NetworkClient.Keys());
        var (portOfA, portOfB) = (NetworkClient.FreeUdpPort(), NetworkClient.FreeUdpPort());
        A = Make(0, a.Private, portOfA, b.Public, portOfB);
        B = Make(1, b.Private, portOfB, a.Public, portOfA);
        prepare?.Invoke(A.Network, B.Network);
        A.Start();
        B.Start();
    }

    public WireGuardNetwork A { get; }

    public WireGuardNetwork B { get; }

    public static Endpoint EndpointOf(string address, ushort port) => new(IpAddress.Of(IPAddress.Parse(address)), port);

    public Task Up() => Task.WhenAll(_up.Select(static up => up.Task)).WaitAsync(OrbRun.Limit);

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
    }

    private WireGuardNetwork Make(int index, string key, int port, string peerKey, int peerPort)
    {
        var (own, other) = (index + 1, 2 - index);
        var settings = new Settings
        {
            PrivateKey = new Secret(key),
            ListenPort = port,
            Addresses = [new InterfaceAddress(IPAddress.Parse($"10.9.0.{own}"), 32), new InterfaceAddress(IPAddress.Parse($"fd09::{own}"), 128)],
            Peers =
            [
                new WireGuardPeer
                {
                    PublicKey = peerKey,
                    Endpoint = new HostPort("127.0.0.1", peerPort),
                    AllowedIps =
                    [
                        IPNetwork.Parse($"10.9.0.{other}/32"), IPNetwork.Parse($"fd09::{other}/128"), IPNetwork.Parse("100.100.100.100/32"), IPNetwork.Parse("fd7a:115c:a1e0::53/128"),
                    ],
                },
            ],
        };
        return new WireGuardNetwork(index == 0 ? "a" : "b", settings, new Tunnel(), new NetworkOptions
        {
            Logs = new OrbRun.LogLines(),
            Resolver = new SystemResolver(),
            Time = TimeProvider.System,
            Changed = (_, reason) =>
            {
                if (reason is null)
                    _up[index].TrySetResult();
            },
        });
    }

    private static TaskCompletionSource Completion() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
