using Edge.Foundation.Addresses;

namespace Edge.Protocols.Disco;

/// <summary>Pings that are to be answered: a ring of fixed size. Where it is full the newest is lost; the other side pings again.</summary>
internal sealed class PongQueue
{
    private const int Capacity = 256;

    private readonly Item[] _ring = new Item[Capacity];
    private int _first;

    public int Count { get; private set; }

    /// <param name="peer">Who pinged.</param>
    /// <param name="transaction">12 bytes.</param>
    /// <param name="path">The way it came; the default: by a relay.</param>
    /// <param name="region">Which relay.</param>
    public bool TryAdd(DiscoPeer peer, ReadOnlySpan<byte> transaction, in DatagramPath path, int region)
    {
        if (Count == Capacity)
            return false;
        ref var item = ref _ring[(_first + Count++) % Capacity];
        (item.Peer, item.Path, item.Region) = (peer, path, region);
        transaction.CopyTo(item.Transaction);
        return true;
    }

    public bool TryTake(Span<byte> transaction, out DiscoPeer peer, out DatagramPath path, out int region)
    {
        if (Count == 0)
        {
            (peer, path, region) = (null!, default, 0);
            return false;
        }
        ref var item = ref _ring[_first];
        (peer, path, region) = (item.Peer, item.Path, item.Region);
        ((ReadOnlySpan<byte>)item.Transaction).CopyTo(transaction);
        item.Peer = null!;
        _first = (_first + 1) % Capacity;
        Count--;
        return true;
    }

    private struct Item
    {
        public DiscoPeer Peer;
        public DatagramPath Path;
        public int Region;
        public Bytes12 Transaction;
    }

    [System.Runtime.CompilerServices.InlineArray(12)]
    private struct Bytes12
    {
        private byte _first;
    }
}
