using System.Buffers;

namespace Edge.Orb.Middlewares;

/// <summary>How a line is written. One thread at a time uses it.</summary>
internal abstract class LineFormat<T>
{
    /// <summary>Writes the line and its end.</summary>
    public abstract void Write(T state, IBufferWriter<byte> output);
}
