using System.Buffers.Binary;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>
/// What one connection is to be sent: control frames, packets of path discovery, other packets. A lane of packets that is full loses its
/// oldest, as the stock relay does it. One write is under way at a time: its bytes lie still until it is done.
/// </summary>
/// <param name="blocks">Where memory comes from.</param>
/// <param name="discoPackets">The most of discovery that wait.</param>
/// <param name="otherPackets">The most others that wait.</param>
internal sealed class OutgoingFrames(FrameBlocks blocks, int discoPackets, int otherPackets)
{
    private FrameLane _control, _disco, _other;
    private FrameBlock? _taken;

    /// <summary>Whether a write is under way.</summary>
    public bool IsTaken => _taken is not null;

    public bool IsEmpty => _control.IsEmpty && _disco.IsEmpty && _other.IsEmpty;

    /// <summary>Of the control frames that wait.</summary>
    public int ControlBytes => _control.Bytes;

    /// <summary>A control frame: its header is written, its body is the caller's to fill.</summary>
    public Span<byte> Control(DerpFrameType type, int length) => Begin(_control.Append(blocks, DerpFrameHeader.Size + length), type, length);

    /// <summary>The packet that must go so that another of its kind may come; empty: there is room. Valid until <see cref="DropOldest"/>.</summary>
    public ReadOnlySpan<byte> Overflow(bool isDisco)
    {
        if (isDisco)
            return _disco.Frames < discoPackets ? default : _disco.Peek();
        return _other.Frames < otherPackets ? default : _other.Peek();
    }

    public void DropOldest(bool isDisco)
    {
        if (isDisco)
            _disco.DropFirst(blocks);
        else
            _other.DropFirst(blocks);
    }

    /// <summary>A frame with a packet. Ask <see cref="Overflow"/> first.</summary>
    public Span<byte> Packet(bool isDisco, DerpFrameType type, int length) => isDisco
        ? Begin(_disco.Append(blocks, DerpFrameHeader.Size + length), type, length)
        : Begin(_other.Append(blocks, DerpFrameHeader.Size + length), type, length);

    /// <summary>What is to be written next, in one write; empty: nothing, or a write is under way. Valid until <see cref="Written"/>.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        if (_taken is not null)
            return default;
        (TakenKind, _taken) = (PacketKind.None, _control.Take());
        if (_taken is null)
            (TakenKind, _taken) = (PacketKind.Disco, _disco.Take());
        if (_taken is null)
            (TakenKind, _taken) = (PacketKind.Other, _other.Take());
        return _taken is null ? default : _taken.Bytes.AsMemory(_taken.Start, _taken.End - _taken.Start);
    }

    /// <summary>What the write that is under way carries.</summary>
    public PacketKind TakenKind { get; private set; }

    /// <summary>How many frames, and their bytes.</summary>
    public (int Frames, int Bytes) Taken => _taken is null ? default : (_taken.Frames, _taken.End - _taken.Start);

    /// <summary>The write is done, one way or another.</summary>
    public void Written()
    {
        if (_taken is null)
            return;
        blocks.Return(_taken);
        _taken = null;
    }

    /// <summary>The packets that wait, and the bytes of their frames.</summary>
    public (int Frames, int Bytes) Waiting(bool isDisco) => isDisco ? (_disco.Frames, _disco.Bytes) : (_other.Frames, _other.Bytes);

    /// <summary>Gives back what waits. A write that is under way keeps its memory until <see cref="Written"/>.</summary>
    public void Clear()
    {
        _control.Clear(blocks);
        ClearPackets();
    }

    public void ClearPackets()
    {
        _disco.Clear(blocks);
        _other.Clear(blocks);
    }

    private static Span<byte> Begin(Span<byte> frame, DerpFrameType type, int length)
    {
        frame[0] = (byte)type;
        BinaryPrimitives.WriteUInt32BigEndian(frame[1..], (uint)length);
        return frame[DerpFrameHeader.Size..];
    }
}
