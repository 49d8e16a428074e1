using Edge.Foundation.Time;

namespace Edge.Protocols.WireGuard;

/// <summary>
/// The peers by when they want to be looked at, soonest first. A peer may be looked at too early, never too late: its deadline moves forward
/// here at once, and backward only when it comes up, so that packets rarely touch the heap.
/// </summary>
internal sealed class DeadlineHeap
{
    private Peer[] _peers = new Peer[16];
    private int _count;

    public Timestamp Next => _count == 0 ? Timestamp.Never : _peers[0].ScheduledAt;

    /// <summary>Sees to it that the peer comes up at <paramref name="at"/> or before.</summary>
    public void Schedule(Peer peer, Timestamp at)
    {
        if (at >= peer.ScheduledAt)
            return;
        peer.ScheduledAt = at;
        if (peer.HeapPlace < 0)
        {
            if (_count == _peers.Length)
                Array.Resize(ref _peers, 2 * _count);
            peer.HeapPlace = _count++;
        }
        Rise(peer);
    }

    /// <summary>Takes out the first peer whose time has come.</summary>
    public Peer? TakeDue(Timestamp now)
    {
        if (_count == 0 || _peers[0].ScheduledAt > now)
            return null;
        var due = _peers[0];
        Remove(due);
        return due;
    }

    public void Remove(Peer peer)
    {
        var place = peer.HeapPlace;
        if (place < 0)
            return;
        var last = _peers[--_count];
        _peers[_count] = null!;
        peer.HeapPlace = -1;
        peer.ScheduledAt = Timestamp.Never;
        if (last == peer)
            return;
        last.HeapPlace = place;
        Rise(last);
        Sink(last);
    }

    private void Rise(Peer peer)
    {
        var place = peer.HeapPlace;
        while (place > 0 && _peers[(place - 1) / 2].ScheduledAt > peer.ScheduledAt)
        {
            Put(_peers[(place - 1) / 2], place);
            place = (place - 1) / 2;
        }
        Put(peer, place);
    }

    private void Sink(Peer peer)
    {
        var place = peer.HeapPlace;
        while (2 * place + 1 < _count)
        {
            var child = 2 * place + 1;
            if (child + 1 < _count && _peers[child + 1].ScheduledAt < _peers[child].ScheduledAt)
                child++;
            if (_peers[child].ScheduledAt >= peer.ScheduledAt)
                break;
            Put(_peers[child], place);
            place = child;
        }
        Put(peer, place);
    }

    private void Put(Peer peer, int place)
    {
        _peers[place] = peer;
        peer.HeapPlace = place;
    }
}
