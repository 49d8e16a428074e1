using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Orb;

/// <summary>
/// Who callers from tailnets are, by the netmap of this moment. The tunnel has proven that the address is the peer's; whose the peer is, is the control server's
/// word (ipn/ipnlocal/local.go of Tailscale 1.96.5, WhoIs). What comes from a router's subnet behind a peer is nobody.
/// </summary>
/// <param name="netmapOf">The netmap of a network, by its name; null: it has none.</param>
internal sealed class NetworkIdentities(Func<string, NetworkMap?> netmapOf) : IIdentitySource
{
    /// <inheritdoc/>
    public ValueTask<Identity?> Find(ConnectionOrigin origin, Endpoint caller, CancellationToken cancellation) =>
        new(origin is ConnectionOrigin.Tunnel tunnel && netmapOf(tunnel.Network) is { } map ? Of(map, caller.Address) : null);

    /// <summary>Who is behind an address of a tailnet.</summary>
    /// <returns>Null: nobody, or a person whom the control server has not named.</returns>
    public static Identity? Of(NetworkMap map, IpAddress address)
    {
        if (map.FindNode(address) is not { } node)
            return null;
        if (node.IsTagged)
            return new Identity { Tags = [.. node.Tags.Span] };
        return map.FindUser(node.User) is { } user
            ? new Identity { Login = user.LoginName, Name = user.DisplayName, ProfilePicture = user.PictureUrl ?? "" }
            : null;
    }
}
