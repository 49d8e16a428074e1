using Edge.Foundation.Wire;

namespace Edge.Protocols.Control.Frames;

/// <summary>
/// Cuts the map stream into its frames: a length of four bytes, little-endian, then so many. What is held grows with what arrived, not with
/// what a length claims, and is given back when a large frame is done.
/// </summary>
/// <param name="limits">How long a frame may be.</param>
internal sealed class MapFrameReader(ControlLimits limits)
{
    private const int KeptBytes = 64 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;

    /// <summary>Bytes that wait for the rest of their frame.</summary>
    public int Held => _end - _start;

    /// <summary>Takes what arrived. Frames that were given out are overwritten.</summary>
    public void Append(ReadOnlySpan<byte> received)
    {
        Reserve(received.Length);
        received.CopyTo(_bytes.AsSpan(_end));
        _end += received.Length;
    }

    /// <summary>Gives the next frame.</summary>
    /// <param name="frame">Without its length; good until the next <see cref="Append"/>. Empty unless there is one.</param>
    public MapFrameVerdict TryRead(out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        if (!ControlMapFrameHeader.TryRead(_bytes.AsSpan(_start, Held), out var header))
            return MapFrameVerdict.NeedMore;
        if (header.Length > limits.MostFrameBytes)
            return MapFrameVerdict.TooLong;
        var size = ControlMapFrameHeader.Size + (int)header.Length;
        if (Held < size)
            return MapFrameVerdict.NeedMore;
        frame = _bytes.AsMemory(_start + ControlMapFrameHeader.Size, (int)header.Length);
        _start += size;
        return MapFrameVerdict.Frame;
    }

    private void Reserve(int count)
    {
        if (_end + count <= _bytes.Length && (_start != _end || _bytes.Length <= KeptBytes)) return;
        var needed = Held + count;
        var target = _bytes;
        if (needed > _bytes.Length || (_start == _end && _bytes.Length > KeptBytes))
            target = new byte[Math.Max(needed, Math.Min(2 * needed, ControlMapFrameHeader.Size + limits.MostFrameBytes))];
        _bytes.AsSpan(_start, Held).CopyTo(target);
        (_bytes, _start, _end) = (target, 0, Held);
    }
}
