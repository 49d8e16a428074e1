using System.Runtime.InteropServices;

namespace Edge.Cli;

/// <summary>
/// Standard output or error as the shell handed it over. Console's own streams set a terminal up for reading keys and leave
/// escape codes in it; a FileStream writes at offsets of its own and would overwrite what another process appended.
/// </summary>
internal sealed unsafe partial class StandardStream(int descriptor) : Stream
{
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int BrokenPipe = 32;
    private const short PollOut = 4;

    private bool _readerIsGone;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes all. A reader that has gone, as `head` does, has what it wanted: the rest is dropped.</summary>
    /// <exception cref="IOException">The disk is full, or the descriptor is closed; its HResult is errno.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0 && !_readerIsGone)
        {
            nint written;
            fixed (byte* bytes = buffer)
                written = write(descriptor, bytes, (nuint)buffer.Length);
            if (written >= 0)
                buffer = buffer[(int)written..];
            else
                Recover(Marshal.GetLastPInvokeError());
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Recover(int error)
    {
        switch (error)
        {
            case Interrupted:
                break;
            case TryAgain:
                // Whoever shares the pipe made it non-blocking.
                var poll = new PollDescriptor { Descriptor = descriptor, Events = PollOut };
                _ = StandardStream.poll(&poll, 1, -1);
                break;
            case BrokenPipe:
                _readerIsGone = true;
                break;
            default:
                throw new IOException(null, error);
        }
    }

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);
}
