using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Io;
using Edge.Io.Names;
using Edge.Node.Tailnet;

namespace Edge.Node.Status;

/// <summary>Who is to be pinged, of several tailnets.</summary>
/// <param name="Tailnet">Whose.</param>
/// <param name="Address">Where.</param>
internal sealed record PingTarget(TailnetNetwork Tailnet, IpAddress Address)
{
    /// <summary>Finds a node, or what is behind one, by an address or by a name as people write it.</summary>
    /// <param name="tailnets">At least one. An address that several have is the first's.</param>
    /// <param name="host">The address or name.</param>
    /// <param name="cancellation">Ends a look-up.</param>
    /// <returns>Null: nobody has such a name.</returns>
    /// <exception cref="DialException">The name is one of a tailnet's, and could not be looked up.</exception>
    public static async Task<PingTarget?> Find(IReadOnlyList<TailnetNetwork> tailnets, string host, CancellationToken cancellation)
    {
        if (IpAddress.TryParse(host, out var address))
        {
            return new PingTarget(
                tailnets.FirstOrDefault(one => one.Map?.FindNode(address) is not null) ?? tailnets.FirstOrDefault(one => one.Network.Claims(address)) ?? tailnets[0], address);
        }
        foreach (var tailnet in tailnets)
        {
            if (tailnet.Map is { } map && FindNode(map, host.TrimEnd('.')) is { Addresses.IsEmpty: false } node)
                return new PingTarget(tailnet, node.Addresses[0].Address);
        }
        // A name of what lies behind a node, such as one of split DNS.
        return await new NameDirectory([.. tailnets.Select(static one => one.Names)]).Locate(host, cancellation) is { Addresses: [var first, ..] } located
            ? new PingTarget(tailnets.First(one => one.Names == located.Server), IpAddress.Of(first))
            : null;
    }

    /// <summary>By its whole name, or by its name in this tailnet, as `edge status` shows it.</summary>
    private static TailnetNode? FindNode(NetworkMap map, string host)
    {
        var suffix = StatusJson.SuffixOf(map.Self.Name);
        if (IsNamed(map.Self))
            return map.Self;
        foreach (var (_, peer) in map.Peers)
        {
            if (IsNamed(peer))
                return peer;
        }
        return null;

        bool IsNamed(TailnetNode node)
        {
            var name = node.Name.AsSpan().TrimEnd('.');
            return name.Length > 0 && name.StartsWith(host, StringComparison.OrdinalIgnoreCase)
                && (name.Length == host.Length || (name[host.Length] == '.' && name[(host.Length + 1)..].Equals(suffix, StringComparison.OrdinalIgnoreCase)));
        }
    }
}
