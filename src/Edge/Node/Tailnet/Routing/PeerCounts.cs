using Edge.Foundation.Addresses;

namespace Edge.Node.Tailnet.Routing;

/// <summary>How much of something there is in all and of each peer, within bounds: no peer takes it from the others. One thread's own.</summary>
/// <param name="most">In all.</param>
/// <param name="mostOfPeer">Of one peer.</param>
internal sealed class PeerCounts(int most, int mostOfPeer)
{
    private readonly Dictionary<IpAddress, int> _byPeer = [];
    private int _all;

    /// <summary>Counts one more.</summary>
    /// <returns>False: there are enough already.</returns>
    public bool TryAdd(IpAddress peer)
    {
        var count = _byPeer.GetValueOrDefault(peer);
        if (_all >= most || count >= mostOfPeer)
            return false;
        _all++;
        _byPeer[peer] = count + 1;
        return true;
    }

    /// <summary>One that was added is gone.</summary>
    public void Remove(IpAddress peer)
    {
        _all--;
        if (_byPeer.GetValueOrDefault(peer) is > 1 and var count)
            _byPeer[peer] = count - 1;
        else
            _byPeer.Remove(peer);
    }
}
