using System.Buffers.Binary;
using Edge.Foundation.Time;

namespace Edge.Protocols.Disco;

/// <summary>The pings under way, by their transaction, and in the order in which they fail, which is that of sending: all have the same time.</summary>
internal sealed class PendingPings(TimeSpan timeout)
{
    private readonly Dictionary<UInt128, PendingPing> _byTransaction = [];
    private readonly Queue<UInt128> _inOrder = new();

    public bool IsFull => _inOrder.Count >= DiscoLimits.MaxPendingPings;

    /// <summary>When the next one fails.</summary>
    public Timestamp NextTimeout => _inOrder.TryPeek(out var first) ? _byTransaction[first].SentAt + timeout : Timestamp.Never;

    /// <param name="transaction">12 bytes at random.</param>
    /// <param name="ping">Not sent before any that was added.</param>
    public void Add(ReadOnlySpan<byte> transaction, in PendingPing ping)
    {
        var key = KeyOf(transaction);
        if (_byTransaction.TryAdd(key, ping))
            _inOrder.Enqueue(key);
    }

    /// <summary>Takes out the ping that a pong answers.</summary>
    public bool TryTake(ReadOnlySpan<byte> transaction, out PendingPing ping)
    {
        var isOurs = _byTransaction.Remove(KeyOf(transaction), out ping);
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

    private static UInt128 KeyOf(ReadOnlySpan<byte> transaction) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(transaction), BinaryPrimitives.ReadUInt64BigEndian(transaction[4..]));
}
