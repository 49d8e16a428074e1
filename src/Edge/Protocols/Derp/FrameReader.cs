using System.Runtime.CompilerServices;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>
/// Frames out of a stream that comes in pieces. A frame that lies whole in a piece is given as it lies there; the bytes of one that does not
/// are gathered, in memory that grows with what has come and not with what was announced.
/// </summary>
internal struct FrameReader
{
    private HeaderBytes _header;
    private int _headerCount;
    private bool _isAnnounced;
    private uint _skip;
    private FrameBlock? _gathered;
    private int _gatheredCount;

    /// <summary>Of the frame that was announced last.</summary>
    public DerpFrameType Type { get; private set; }

    /// <summary>Bytes of its body.</summary>
    public uint Length { get; private set; }

    /// <summary>Goes one step on.</summary>
    /// <param name="blocks">Where memory comes from.</param>
    /// <param name="bytes">What has come; what is used is cut off.</param>
    /// <param name="body">With <see cref="FrameStep.Frame"/>: the body, valid until the next step.</param>
    public FrameStep Next(FrameBlocks blocks, scoped ref ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> body)
    {
        body = default;
        if (_gathered is not null && _gatheredCount == 0)
            Forget(blocks);
        if (_skip > 0)
        {
            var skipped = (int)Math.Min(_skip, (uint)bytes.Length);
            bytes = bytes[skipped..];
            _skip -= (uint)skipped;
            if (_skip > 0)
                return FrameStep.NeedsBytes;
        }
        if (!_isAnnounced)
            return Announce(ref bytes) ? FrameStep.Header : FrameStep.NeedsBytes;
        if (_gatheredCount == 0 && (uint)bytes.Length >= Length)
        {
            body = bytes[..(int)Length];
            bytes = bytes[(int)Length..];
            _isAnnounced = false;
            return FrameStep.Frame;
        }
        if (!Gather(blocks, ref bytes))
            return FrameStep.NeedsBytes;
        body = _gathered!.Bytes.AsSpan(0, (int)Length);
        _gatheredCount = 0;
        _isAnnounced = false;
        return FrameStep.Frame;
    }

    /// <summary>The frame that was announced is of no interest, however long.</summary>
    public void Skip()
    {
        _isAnnounced = false;
        _skip = Length;
    }

    /// <summary>Gives memory back; nothing is read after this.</summary>
    public void Forget(FrameBlocks blocks)
    {
        if (_gathered is { } block)
            blocks.Return(block);
        _gathered = null;
        _gatheredCount = 0;
    }

    private bool Announce(scoped ref ReadOnlySpan<byte> bytes)
    {
        if (_headerCount == 0 && bytes.Length >= DerpFrameHeader.Size)
        {
            Parse(bytes);
            bytes = bytes[DerpFrameHeader.Size..];
            return _isAnnounced = true;
        }
        Span<byte> held = _header;
        var taken = Math.Min(DerpFrameHeader.Size - _headerCount, bytes.Length);
        bytes[..taken].CopyTo(held[_headerCount..]);
        bytes = bytes[taken..];
        _headerCount += taken;
        if (_headerCount < DerpFrameHeader.Size)
            return false;
        Parse(held);
        _headerCount = 0;
        return _isAnnounced = true;
    }

    private void Parse(scoped ReadOnlySpan<byte> bytes)
    {
        _ = DerpFrameHeader.TryRead(bytes, out var header);
        (Type, Length) = (header.Type, header.Length);
    }

    private bool Gather(FrameBlocks blocks, scoped ref ReadOnlySpan<byte> bytes)
    {
        var taken = (int)Math.Min(Length - (uint)_gatheredCount, (uint)bytes.Length);
        if (taken == 0)
            return false;
        var needed = _gatheredCount + taken;
        if (_gathered is null)
        {
            _gathered = blocks.Rent(needed);
        }
        else if (_gathered.Bytes.Length < needed)
        {
            var larger = blocks.Rent((int)Math.Max((uint)needed, Math.Min(Length, 2u * (uint)_gathered.Bytes.Length)));
            _gathered.Bytes.AsSpan(0, _gatheredCount).CopyTo(larger.Bytes);
            blocks.Return(_gathered);
            _gathered = larger;
        }
        bytes[..taken].CopyTo(_gathered.Bytes.AsSpan(_gatheredCount));
        bytes = bytes[taken..];
        _gatheredCount = needed;
        return (uint)needed == Length;
    }

    [InlineArray(DerpFrameHeaderSize)]
    private struct HeaderBytes
    {
        private byte _first;
    }

    // An attribute's argument cannot be what the generator writes.
    private const int DerpFrameHeaderSize = 5;
}
