using System.Runtime.InteropServices;

namespace Edge.Foundation.Buffers;

/// <summary>
/// A piece of native memory that packets are received, sealed and opened in. It does not move, so that the kernel may be given its address,
/// and no collection sees it. Pages that were never touched cost nothing.
/// </summary>
internal sealed unsafe class Slab : IDisposable
{
    // A cache line.
    private const nuint Alignment = 64;

    private byte* _start;

    /// <param name="length">In bytes. Their content is undefined at first.</param>
    public Slab(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        _start = (byte*)NativeMemory.AlignedAlloc((nuint)length, Alignment);
        Length = length;
    }

    public int Length { get; }

    /// <summary>Valid until <see cref="Dispose"/>.</summary>
    public byte* Start => _start;

    public Span<byte> Bytes => new(_start, _start is null ? 0 : Length);

    public Span<byte> Slice(int offset, int length) => Bytes.Slice(offset, length);

    public void Dispose()
    {
        NativeMemory.AlignedFree(_start);
        _start = null;
    }
}
