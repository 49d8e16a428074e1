using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Node.Networks;

namespace Edge.Node.Tailnet;

// The peer through which the internet is reached.
internal sealed partial class TailnetNetwork
{
    private NodeId _exitNode;
    private bool _saidNoExitNode;

    /// <summary>The stable ID of the exit node in use; empty: none.</summary>
    private string ExitNodeId { get; set; } = "";

    /// <summary>The peer that `exitNode` names, where it is one; null: none is wanted, or there is none of that name.</summary>
    private TailnetNode? FindExitNode(NetworkMap map)
    {
        if (_settings.ExitNode is not { } wanted)
            return null;
        // The one of before is looked at first: a change of another peer costs no search.
        var found = IpAddress.TryParse(wanted, out var address) ? map.FindPeer(address)
            : map.FindPeer(_exitNode) is { } known && IsNamed(known, wanted) ? known
            : FindByName(map, wanted);
        _exitNode = found?.Id ?? default;
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

    private static TailnetNode? FindByName(NetworkMap map, string wanted)
    {
        foreach (var (_, peer) in map.Peers)
        {
            if (IsNamed(peer, wanted))
                return peer;
        }
        return null;
    }

    // By its whole name, its first label, or its stable ID.
    private static bool IsNamed(TailnetNode peer, string wanted)
    {
        var whole = peer.Name.AsSpan().TrimEnd('.');
        var name = wanted.AsSpan().TrimEnd('.');
        var dot = whole.IndexOf('.');
        return whole.Equals(name, StringComparison.OrdinalIgnoreCase) || (dot > 0 && whole[..dot].Equals(name, StringComparison.OrdinalIgnoreCase)) || peer.StableId == wanted;
    }
}
