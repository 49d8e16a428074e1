using Edge.Io;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>A connection to an upstream that answers a request with these bytes, in pieces that end where a test says, and closes.</summary>
/// <param name="response">All that it says.</param>
/// <param name="ends">Where pieces end, ascending; the last one ends with the response.</param>
/// <param name="isSlow">Whether each piece is waited for.</param>
internal sealed class PiecedStream(ReadOnlyMemory<byte> response, IReadOnlyList<int> ends, bool isSlow) : ConnectionStream
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemoryStream _request = new();
    private int _at;
    private int _next;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _asked.Task.WaitAsync(cancellationToken);
        if (isSlow) await Task.Yield();
        while (_next < ends.Count && ends[_next] <= _at) _next++;
        var end = _next < ends.Count ? ends[_next] : response.Length;
        var count = Math.Min(buffer.Length, end - _at);
        response.Slice(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _request.Write(buffer.Span);
        if (_request.GetBuffer().AsSpan(0, (int)_request.Length).IndexOf("\r\n\r\n"u8) >= 0) _asked.TrySetResult();
        return ValueTask.CompletedTask;
    }

    protected override void Dispose(bool disposing)
    {
        _asked.TrySetException(new ObjectDisposedException(nameof(PiecedStream)));
        _ = _asked.Task.Exception;
        base.Dispose(disposing);
    }
}
