using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Edge.Relay;

/// <summary>What clients are told where nobody said under which name or address they reach this machine.</summary>
internal static class OwnAddress
{
    /// <summary>The first address of an interface that is up: IPv4 before IPv6, neither loopback nor link-local. Null: there is none.</summary>
    public static IPAddress? Find()
    {
        IPAddress? v6 = null;
        try
        {
            foreach (var network in NetworkInterface.GetAllNetworkInterfaces())
            {
                if (network.OperationalStatus == OperationalStatus.Down || network.NetworkInterfaceType == NetworkInterfaceType.Loopback)
                    continue;
                foreach (var address in network.GetIPProperties().UnicastAddresses.Select(static unicast => unicast.Address))
                {
                    if (address.AddressFamily == AddressFamily.InterNetwork && !IsLinkLocal(address))
                        return address;
                    if (address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv6LinkLocal)
                        v6 ??= address;
                }
            }
        }
        catch (NetworkInformationException)
        {
            // A container without /sys.
        }
        return v6;
    }

    // RFC 3927: 169.254.0.0/16.
    private static bool IsLinkLocal(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        return address.TryWriteBytes(bytes, out _) && bytes is [169, 254, ..];
    }
}
