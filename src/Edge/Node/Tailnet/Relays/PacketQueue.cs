using System.Runtime.InteropServices;
using Edge.Foundation.Buffers;
using Edge.Foundation.Keys;
using Edge.Io.Native;

namespace Edge.Node.Tailnet.Relays;

/// <summary>
/// Packets on their way from one thread to another, copied into memory that is bounded: what does not fit is lost, as networks lose it. Nothing is
/// allocated for a packet. Any thread adds; one takes, a batch at a time.
/// </summary>
/// <param name="capacity">Bytes that may wait, headers included.</param>
internal sealed class PacketQueue(int capacity) : IDisposable
{
    // Region, length, key; a packet is opened where it lies, so that it begins at a multiple of eight.
    private const int HeaderSize = 8 + PublicKey.Size;

    private readonly Lock _lock = new();
    private Slab _filling = new(capacity);
    private Slab _draining = new(capacity);
    private int _filled;
    private int _taken;
    private bool _isTold;
    private bool _isDisposed;

    /// <summary>Packets that found no room.</summary>
    public long Lost { get; private set; }

    /// <summary>Adds a packet.</summary>
    /// <param name="region">The relay that it comes by or goes by.</param>
    /// <param name="node">Who sent it, or whom it is for.</param>
    /// <param name="packet">Copied.</param>
    /// <returns>True: nobody was told yet that packets wait; whoever takes them is to be woken.</returns>
    public bool Add(int region, in PublicKey node, ReadOnlySpan<byte> packet)
    {
        var size = HeaderSize + ((packet.Length + 7) & ~7);
        lock (_lock)
        {
            if (_isDisposed || size > capacity - _filled)
            {
                Lost++;
                return false;
            }
            var slot = _filling.Slice(_filled, size);
            MemoryMarshal.Write(slot, region);
            MemoryMarshal.Write(slot[4..], packet.Length);
            node.Write(slot[8..]);
            packet.CopyTo(slot[HeaderSize..]);
            _filled += size;
            var isFirst = !_isTold;
            _isTold = true;
            return isFirst;
        }
    }

    /// <summary>Takes what waits; what was taken before is gone. <see cref="TryRead"/> reads it.</summary>
    /// <returns>False: nothing waits, and who adds next is told to wake the reader.</returns>
    public bool Take()
    {
        lock (_lock)
        {
            (_filling, _draining) = (_draining, _filling);
            (_taken, _filled) = (_filled, 0);
            return _isTold = _taken > 0;
        }
    }

    /// <summary>Reads the next packet of the batch.</summary>
    /// <param name="at">Where; 0 at first. Moved behind it.</param>
    /// <param name="region">See <see cref="Add"/>.</param>
    /// <param name="node">See <see cref="Add"/>.</param>
    /// <param name="packet">The reader may write into it, until the next <see cref="Take"/>.</param>
    /// <returns>False: that was the last.</returns>
    public bool TryRead(ref int at, out int region, out PublicKey node, out Span<byte> packet)
    {
        (region, node) = (0, default);
        packet = default;
        if (at >= _taken)
            return false;
        var header = _draining.Slice(at, HeaderSize);
        region = MemoryMarshal.Read<int>(header);
        var length = MemoryMarshal.Read<int>(header[4..]);
        node = new PublicKey(header[8..]);
        packet = _draining.Slice(at + HeaderSize, length);
        at += HeaderSize + ((length + 7) & ~7);
        return true;
    }

    /// <summary>Forgets what waits.</summary>
    public void Clear()
    {
        while (Take())
        {
        }
    }

    /// <summary>Gives the memory back that holds nothing. By who takes.</summary>
    public void Trim()
    {
        lock (_lock)
        {
            if (_isDisposed || _filled > 0)
                return;
            _taken = 0;
            Pages.GiveBack(_filling);
            Pages.GiveBack(_draining);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _filled = _taken = 0;
            _filling.Dispose();
            _draining.Dispose();
        }
    }
}
