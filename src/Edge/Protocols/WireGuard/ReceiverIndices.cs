using System.Buffers.Binary;
using Edge.Foundation;

namespace Edge.Protocols.WireGuard;

/// <summary>
/// The device's one table of receiver indices: whose session or handshake a message is for, in one array access. An index is drawn at random;
/// its low bits are its place. The table is at most half full, so that a place is soon found and nothing need be probed when looking up;
/// doubling it keeps places apart that were.
/// </summary>
internal sealed class ReceiverIndices(int shard, EntropySource entropy)
{
    private const int FirstCapacity = 64;
    private const uint RandomMask = uint.MaxValue >> ReceiverIndex.ShardBits;

    private readonly uint _shardBits = (uint)shard << (32 - ReceiverIndex.ShardBits);
    private Entry[] _entries = new Entry[FirstCapacity];

    public int Count { get; private set; }

    /// <summary>The peer, null for an index that was not given out; and its session, null for its handshake.</summary>
    public Peer? Find(uint index, out Session? session)
    {
        var entries = _entries;
        ref var entry = ref entries[index & (uint)(entries.Length - 1)];
        var isKnown = entry.Index == index;
        session = isKnown ? entry.Session : null;
        return isKnown ? entry.Peer : null;
    }

    /// <summary>A new index for a peer's handshake.</summary>
    public uint Add(Peer peer)
    {
        if (2 * (Count + 1) > _entries.Length)
            Grow();
        Span<byte> drawn = stackalloc byte[4];
        entropy.Fill(drawn);
        var index = BinaryPrimitives.ReadUInt32LittleEndian(drawn);
        // From a random start to the next free place: ends with any source.
        while (_entries[index & (uint)(_entries.Length - 1)].Peer is not null)
            index++;
        index = _shardBits | (index & RandomMask);
        _entries[index & (uint)(_entries.Length - 1)] = new Entry { Index = index, Peer = peer };
        Count++;
        return index;
    }

    /// <summary>The handshake of this index became a session.</summary>
    public void Promote(uint index, Session session) => _entries[index & (uint)(_entries.Length - 1)].Session = session;

    public void Remove(uint index)
    {
        ref var entry = ref _entries[index & (uint)(_entries.Length - 1)];
        if (entry.Index != index || entry.Peer is null)
            return;
        entry = default;
        Count--;
    }

    private void Grow()
    {
        var old = _entries;
        _entries = new Entry[2 * old.Length];
        foreach (ref var entry in old.AsSpan())
        {
            if (entry.Peer is not null)
                _entries[entry.Index & (uint)(_entries.Length - 1)] = entry;
        }
    }

    private struct Entry
    {
        public uint Index;
        public Peer? Peer;
        public Session? Session;
    }
}
