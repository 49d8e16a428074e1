using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Node.Networks;

namespace Edge.Node.Tailnet;

// The peer through which the internet is reached.
internal sealed partial class TailnetNetwork
{
    private bool _saidNoExitNode;

    /// <summary>The stable ID of the exit node in use; empty: none.</summary>
    private string ExitNodeId { get; set; } = "";

    /// <summary>The peer that `exitNode` names, where it is one; null: none is wanted, or there is none of that name.</summary>
    private TailnetNode? FindExitNode(NetworkMap map)
    {
        if (_settings.ExitNode is not { } wanted)
            return null;
        var found = IpAddress.TryParse(wanted, out var address) ? map.FindPeer(address) : FindByName(map, wanted);
        var isRouter = found is not null && found.AllowedIps.Span.ToArray().Any(static prefix => prefix.Length == 0);
        ExitNodeId = isRouter ? found!.StableId : "";
        if (!isRouter && !_saidNoExitNode)
        {
            _log.Reported(Network.Name, found is null
                ? $"there is no node {wanted} to be the exit node: the internet is not reached until there is"
                : $"the node {wanted} is no exit node: it must offer the default route, and the tailnet approve it. The internet is not reached until then");
        }
        _saidNoExitNode = !isRouter;
        return isRouter ? found : null;
    }

    // A node's whole name, its first label, or its stable ID.
    private static TailnetNode? FindByName(NetworkMap map, string wanted)
    {
        var name = wanted.TrimEnd('.');
        foreach (var (_, peer) in map.Peers)
        {
            var whole = peer.Name.AsSpan().TrimEnd('.');
            var dot = whole.IndexOf('.');
            if (whole.Equals(name, StringComparison.OrdinalIgnoreCase) || (dot > 0 && whole[..dot].Equals(name, StringComparison.OrdinalIgnoreCase)) || peer.StableId == wanted)
                return peer;
        }
        return null;
    }
}
