using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Disco;

/// <summary>The pings under way, by their transaction, and in the order in which they fail, which is that of sending: all have the same time.</summary>
internal sealed class PendingPings(TimeSpan timeout)
{
    private readonly Dictionary<TransactionId, PendingPing> _byTransaction = [];
    private readonly Queue<TransactionId> _inOrder = new();

    public bool IsFull => _inOrder.Count >= DiscoLimits.MaxPendingPings;

    /// <summary>When the next one fails.</summary>
    public Timestamp NextTimeout => _inOrder.TryPeek(out var first) ? _byTransaction[first].SentAt + timeout : Timestamp.Never;

    /// <param name="transaction">12 bytes at random.</param>
    /// <param name="ping">Not sent before any that was added.</param>
    public void Add(ReadOnlySpan<byte> transaction, in PendingPing ping)
    {
        var key = TransactionId.Read(transaction);
        if (_byTransaction.TryAdd(key, ping))
            _inOrder.Enqueue(key);
    }

    /// <summary>Takes out the ping that a pong answers.</summary>
    public bool TryTake(ReadOnlySpan<byte> transaction, out PendingPing ping)
    {
        var isOurs = _byTransaction.Remove(TransactionId.Read(transaction), out ping);
        Trim();
        return isOurs;
    }

    /// <summary>Takes out a ping that has failed by now.</summary>
    public bool TryTakeFailed(Timestamp now, out PendingPing ping)
    {
        ping = default;
        if (now < NextTimeout)
            return false;
        _byTransaction.Remove(_inOrder.Dequeue(), out ping);
        Trim();
        return true;
    }

    // The first in order is always one that waits.
    private void Trim()
    {
        while (_inOrder.TryPeek(out var first) && !_byTransaction.ContainsKey(first))
            _inOrder.Dequeue();
    }
}
