using System.Text;

namespace Edge.Tests.Orb.Middlewares;

/// <summary>An output whose lines a test waits for, and that can be full for a while.</summary>
internal sealed class LineStream : Stream
{
    private readonly Lock _lock = new();
    private readonly MemoryStream _bytes = new();
    private readonly SemaphoreSlim _written = new(0);
    private int _read;

    /// <summary>The system's number of what is wrong with it; 0: nothing.</summary>
    public int Errno { get; set; }

    public string Text
    {
        get
        {
            lock (_lock)
                return Encoding.UTF8.GetString(_bytes.GetBuffer(), 0, (int)_bytes.Length);
        }
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The next line, without its end.</summary>
    public async Task<string> ReadLine()
    {
        while (true)
        {
            lock (_lock)
            {
                var rest = _bytes.GetBuffer().AsSpan(_read, (int)_bytes.Length - _read);
                var end = rest.IndexOf((byte)'\n');
                if (end >= 0)
                {
                    _read += end + 1;
                    return Encoding.UTF8.GetString(rest[..end]);
                }
            }
            if (!await _written.WaitAsync(OrbRun.Limit))
                throw new TimeoutException("no line came");
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Errno != 0)
            throw new IOException(null, Errno);
        lock (_lock)
            _bytes.Write(buffer);
        _written.Release();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
