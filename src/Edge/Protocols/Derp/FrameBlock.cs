namespace Edge.Protocols.Derp;

/// <summary>A piece of memory with whole frames one after another, from <see cref="Start"/> to <see cref="End"/>.</summary>
internal sealed class FrameBlock(int size)
{
    public byte[] Bytes { get; } = GC.AllocateUninitializedArray<byte>(size);

    public int Start { get; set; }

    public int End { get; set; }

    /// <summary>How many frames are between the two.</summary>
    public int Frames { get; set; }

    /// <summary>The block behind this one in its lane, or in the pool.</summary>
    public FrameBlock? Next { get; set; }

    public int Room => Bytes.Length - End;
}
