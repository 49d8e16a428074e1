using Edge.Foundation.Addresses;

namespace Edge.Node.Networks;

/// <summary>Datagrams in a row: written at its end, read from its start, and empty again when all were read. Bounded in number and bytes; used by one at a time.</summary>
internal sealed class DatagramBatch
{
    private const int MostDatagrams = 512;
    private const int MostBytes = 256 * 1024;
    private const int KeptBytes = 64 * 1024;
    private const int FirstBytes = 4 * 1024;

    private Entry[] _entries = new Entry[16];
    private byte[] _bytes = [];
    private int _count;
    private int _next;
    private int _used;

    public bool IsEmpty => _next == _count;

    /// <summary>Room for one more; <see cref="Commit"/> puts it in.</summary>
    /// <returns>False: there is none.</returns>
    public bool TryReserve(int length, out Span<byte> room)
    {
        room = default;
        if (_count == MostDatagrams || _used + length > MostBytes)
            return false;
        if (_used + length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Min(MostBytes, Math.Max(_used + length, Math.Max(FirstBytes, 2 * _bytes.Length))));
        room = _bytes.AsSpan(_used, length);
        return true;
    }

    /// <param name="local">This side.</param>
    /// <param name="remote">The other.</param>
    /// <param name="length">Of what was reserved.</param>
    public void Commit(Endpoint local, Endpoint remote, int length)
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, 2 * _count);
        _entries[_count++] = new Entry(local, remote, _used, length);
        _used += length;
    }

    /// <summary>Takes the next out; its bytes stay until the next call.</summary>
    /// <returns>False: all were taken, and the batch is empty.</returns>
    public bool TryTake(out Endpoint local, out Endpoint remote, out ReadOnlySpan<byte> bytes)
    {
        if (_next == _count)
        {
            (local, remote) = (default, default);
            bytes = default;
            Clear();
            return false;
        }
        ref readonly var entry = ref _entries[_next++];
        (local, remote) = (entry.Local, entry.Remote);
        bytes = _bytes.AsSpan(entry.Start, entry.Length);
        return true;
    }

    public void Clear()
    {
        _count = _next = _used = 0;
        if (_bytes.Length > KeptBytes)
            _bytes = [];
    }

    private readonly record struct Entry(Endpoint Local, Endpoint Remote, int Start, int Length);
}
