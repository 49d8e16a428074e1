namespace Edge.Foundation.Addresses;

/// <summary>
/// The way by a relay, written as the way of a datagram: the region is the port of 127.3.3.40, an address at which nobody is. Tailscale writes it
/// so too, on the wire as well (tailscale 1.96.5, tailcfg/derpmap.go, DerpMagicIP).
/// </summary>
internal static class RelayPath
{
    private static IpAddress Address => IpAddress.V4(0x7f03_0328);

    /// <param name="region">1 to 65,535.</param>
    public static DatagramPath Of(int region) => new(new Endpoint(Address, (ushort)region), default);

    /// <summary>The region of the relay; 0: it is a way of datagrams.</summary>
    public static int RegionOf(in DatagramPath path) => path.Remote.Address == Address ? path.Remote.Port : 0;
}
