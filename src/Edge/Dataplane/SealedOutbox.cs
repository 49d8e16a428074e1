using Edge.Foundation.Addresses;
using Edge.Foundation.Buffers;
using Edge.Foundation.Peers;

namespace Edge.Dataplane;

/// <summary>
/// What is to be sent: datagrams sealed in place, in runs. The caller of the engine owns it, sends it and clears it. Order is kept within a
/// path, because runs are sent in the order in which they were begun and only the newest is added to.
/// </summary>
internal sealed class SealedOutbox : IDisposable
{
    /// <summary>What Linux takes in one UDP_SEGMENT call (UDP_MAX_SEGMENTS before Linux 6.9).</summary>
    public const int MaxSegments = 64;

    /// <summary>One legal datagram: 65,535 bytes less the headers of IPv6 and UDP.</summary>
    public const int MaxRunLength = 65_535 - 40 - 8;

    private const int MaxRuns = 128;

    private readonly Slab _slab;
    private readonly SealedRun[] _runs = new SealedRun[MaxRuns];
    private int _used;

    /// <param name="capacity">Bytes; at least one full run.</param>
    public SealedOutbox(int capacity = 4 * 65_536)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, MaxRunLength);
        _slab = new Slab(capacity);
    }

    public ReadOnlySpan<SealedRun> Runs => _runs.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>Bytes of all datagrams.</summary>
    public int Length => _used;

    public Slab Slab => _slab;

    /// <summary>Room for one datagram, to be sealed in and then kept with <see cref="Commit"/>. Empty when there is none: send and clear first.</summary>
    /// <param name="size">Its largest size on the wire, in bytes.</param>
    public Span<byte> Reserve(int size) =>
        Count < MaxRuns && size <= _slab.Length - _used ? _slab.Slice(_used, size) : default;

    /// <summary>Keeps the datagram that was written at the start of the room last reserved.</summary>
    /// <param name="path">Where it goes.</param>
    /// <param name="size">Its size on the wire, in bytes: at most what was reserved.</param>
    /// <param name="peer">Whom a relay hands it to; none where it needs no relay.</param>
    public void Commit(in DatagramPath path, int size, PeerId peer = default)
    {
        if (Count > 0)
        {
            ref var newest = ref _runs[Count - 1];
            // A run ends with its first shorter datagram.
            var isOpen = newest.Length == newest.Segments * newest.SegmentSize && newest.Segments < MaxSegments;
            if (isOpen && size <= newest.SegmentSize && newest.Length + size <= MaxRunLength && newest.Path == path && newest.Peer == peer)
            {
                newest.Length += size;
                newest.Segments++;
                _used += size;
                return;
            }
        }
        _runs[Count++] = new SealedRun { Path = path, Peer = peer, Offset = _used, Length = size, SegmentSize = size, Segments = 1 };
        _used += size;
    }

    /// <summary>Whether the next datagram of a bulk transfer would begin a new run: the time to send.</summary>
    public bool IsRunFull
    {
        get
        {
            if (Count == 0)
                return false;
            ref var newest = ref _runs[Count - 1];
            return Count >= MaxRuns - 1 || newest.Segments == MaxSegments || newest.Length + newest.SegmentSize > MaxRunLength;
        }
    }

    public void Clear()
    {
        Count = 0;
        _used = 0;
    }

    public void Dispose() => _slab.Dispose();
}
