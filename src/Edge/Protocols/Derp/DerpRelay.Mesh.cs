using Edge.Foundation.Keys;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>Who is where: what clients, mesh peers and other relays are told of comings and goings, and the routes to other relays' clients.</summary>
internal sealed partial class DerpRelay
{
    /// <summary>Whose going a client is told of, at most; it cannot make the relay remember more for it.</summary>
    private const int MostSenders = 16 * 1024;

    /// <summary>Clients of one other relay that are remembered.</summary>
    private const int MostPeersOfLink = 1 << 20;

    private readonly List<RelayClient> _watchers = [];

    // Whose packets -> who was sent them.
    private readonly Dictionary<PublicKey, HashSet<RelayClient>> _receivers = [];

    // Whom other relays have -> which, the one that has had it longest first.
    private readonly Dictionary<PublicKey, List<MeshLink>> _routes = [];

    /// <summary>How many watch all others.</summary>
    public int Watchers => _watchers.Count;

    /// <summary>How many different keys are connected at other relays of the mesh and not here.</summary>
    public int RemoteKeys
    {
        get
        {
            var count = _routes.Count;
            foreach (var (key, _) in _clients)
                count -= _routes.ContainsKey(key) ? 1 : 0;
            return count;
        }
    }

    /// <summary>A connection to another relay of the region: it will watch that one's clients.</summary>
    public MeshLink AddLink() => new(_blocks);

    /// <summary>The other relay has this client.</summary>
    public void HandlePresent(MeshLink link, in PublicKey peer)
    {
        if (link.Peers.Count == MostPeersOfLink || !link.Peers.Add(peer))
            return;
        if (_routes.TryGetValue(peer, out var route))
            route.Add(link);
        else
            _routes.Add(peer, [link]);
    }

    /// <summary>The other relay has it no more.</summary>
    public void HandleGone(MeshLink link, in PublicKey peer)
    {
        if (link.Peers.Remove(peer))
            RemoveRoute(link, peer);
    }

    /// <summary>The connection broke: whom the other relay has is not known any more.</summary>
    public void HandleBroken(MeshLink link)
    {
        foreach (var peer in link.Peers)
            RemoveRoute(link, peer);
        link.Peers.Clear();
        link.Forget();
    }

    private void RemoveRoute(MeshLink link, in PublicKey peer)
    {
        var route = _routes[peer];
        route.Remove(link);
        if (route.Count > 0)
            return;
        _routes.Remove(peer);
        if (!_clients.ContainsKey(peer))
            TellGone(peer);
    }

    private void QueueForward(MeshLink link, in PublicKey source, in PublicKey destination, ReadOnlySpan<byte> packet, bool isDisco)
    {
        if (link.Outgoing.Overflow(isDisco) is { IsEmpty: false } oldest)
        {
            Counters.Drop(RelayDropReason.QueueHead, isDisco, 1, oldest.Length - DerpFrameHeader.Size - 2 * DerpLimits.KeySize);
            link.Outgoing.DropOldest(isDisco);
        }
        var frame = link.Outgoing.Packet(isDisco, DerpFrameType.ForwardPacket, 2 * DerpLimits.KeySize + packet.Length);
        DerpForwardPacket.Write(frame, source.Bytes, destination.Bytes, packet);
        if (link.IsAnnounced)
            return;
        link.IsAnnounced = true;
        _writableLinks.Add(link);
    }

    /// <summary>From now on the client is told who comes and goes; first, who is here.</summary>
    private void Watch(RelayClient client)
    {
        // Ourselves, by way of our own name in the list of those to mesh with.
        if (client.Key == Key || client.Watches)
            return;
        client.Watches = true;
        foreach (var (_, set) in _clients)
            TellPresent(client, set.Active!);
        if (client.State == RelayClientState.Open)
            _watchers.Add(client);
    }

    private void CloseAll(in PublicKey peer)
    {
        if (!_clients.TryGetValue(peer, out var set))
            return;
        while (set.Count > 0)
            Close(set[0], RelayCloseReason.ClosedByMesh);
    }

    private void NoteSender(RelayClient client, in PublicKey source)
    {
        if (client.LastSender == source)
            return;
        client.LastSender = source;
        client.Senders ??= [];
        if (client.Senders.Count == MostSenders || !client.Senders.Add(source))
            return;
        if (!_receivers.TryGetValue(source, out var receivers))
            _receivers.Add(source, receivers = []);
        receivers.Add(client);
    }

    private void ForgetSenders(RelayClient client)
    {
        foreach (var sender in client.Senders ?? [])
        {
            if (!_receivers.TryGetValue(sender, out var receivers))
                continue;
            receivers.Remove(client);
            if (receivers.Count == 0)
                _receivers.Remove(sender);
        }
        client.Senders = null;
    }

    /// <summary>A client has left the region: those whom it sent to forget their route to it.</summary>
    private void TellGone(in PublicKey peer)
    {
        if (!_receivers.Remove(peer, out var receivers))
            return;
        foreach (var client in receivers)
        {
            client.Senders?.Remove(peer);
            if (client.LastSender == peer)
                client.LastSender = default;
            WriteGone(client, peer, DerpPeerGoneReason.Disconnected);
        }
    }

    private void WriteGone(RelayClient client, in PublicKey peer, DerpPeerGoneReason reason)
    {
        if (Control(client, DerpFrameType.PeerGone, DerpPeerGone.Size) is not { IsEmpty: false } frame)
            return;
        DerpPeerGone.Write(frame, peer.Bytes, reason);
        if (reason == DerpPeerGoneReason.NotHere)
            Counters.GoneNotHere++;
        else
            Counters.GoneDisconnected++;
    }

    private void TellPresent(RelayClient watcher, RelayClient client)
    {
        if (Control(watcher, DerpFrameType.PeerPresent, DerpPeerPresent.Size) is { IsEmpty: false } frame)
            DerpPeerPresent.Write(frame, client.Key.Bytes, client.Remote.Address.Bits, client.Remote.Port, client.Flags);
    }
}
