using System.Buffers;
using Edge.Io.Http;

namespace Edge.Orb.Proxy.Http1;

/// <summary>One connection to an upstream, and what has come of it and was not read yet. One request at a time.</summary>
/// <param name="stream">Connected, and owned.</param>
/// <param name="born">When, on the pool's clock.</param>
internal sealed class Http1Connection(Stream stream, long born) : IDisposable
{
    /// <summary>What a connection always holds: room for nearly every response's head, and small bodies whole.</summary>
    private const int SmallRoom = 4096;

    /// <summary>What is read at once while much comes.</summary>
    private const int LargeRoom = 64 * 1024;

    private readonly byte[] _small = new byte[SmallRoom];
    private byte[]? _large;
    private int _start;
    private int _end;
    private bool _flows;
    private bool _isReading;
    private ValueTask<int> _reading;
    private bool _isLent;

    /// <summary>When it was made.</summary>
    public long Born { get; } = born;

    /// <summary>When it last answered.</summary>
    public long Rested { get; private set; }

    /// <summary>For how long it may rest, in seconds, as far as the upstream said so.</summary>
    public int MostRest { get; private set; }

    /// <summary>Whether it has answered before: then its end may have been under way when a request was sent.</summary>
    public bool HasServed { get; private set; }

    public Stream Stream => stream;

    /// <summary>What has come and was not consumed; whoever reads it may write there.</summary>
    public Memory<byte> Unread => Buffer.AsMemory(_start, _end - _start);

    private byte[] Buffer => _large ?? _small;

    /// <summary>Whether it can be used: an upstream that ended it, or says something without being asked, is not asked.</summary>
    public bool IsAlive()
    {
        if (!_isReading)
        {
            // What comes is the next response's beginning: the read that looks is the one that waits for it.
            (_start, _end) = (0, 0);
            try
            {
#pragma warning disable CA2012 // It is awaited once, by whoever got it from ReadBehind.
                _reading = stream.ReadAsync(_small);
#pragma warning restore CA2012
            }
            catch (Exception e) when (Http1Response.IsBroken(e))
            {
                // A stream that has broken may say so at once.
                return false;
            }
            _isReading = true;
        }
        return !_reading.IsCompleted;
    }

    public void Consume(int count) => _start += count;

    /// <summary>Waits for more behind what is unread; what has come is for <see cref="Add"/>.</summary>
    /// <param name="most">How much may be unread, in bytes.</param>
    /// <returns>How much came; 0: the connection has ended.</returns>
    /// <exception cref="IOException">It broke, or there is more than <paramref name="most"/>.</exception>
    public ValueTask<int> ReadBehind(int most)
    {
        if (!_isReading && _end == Buffer.Length) MakeRoom(most);
        _isLent = true;
        if (!_isReading) return stream.ReadAsync(Buffer.AsMemory(_end));
        _isReading = false;
        return _reading;
    }

    /// <summary>What a read brought is unread.</summary>
    public void Add(int count)
    {
        _isLent = false;
        _end += count;
    }

    /// <summary>All was read: waits for the next piece of a body. A body that rests, for hours perhaps, holds no more than a connection does.</summary>
    /// <returns>Whether anything came; otherwise the connection has ended.</returns>
    /// <exception cref="IOException">It broke.</exception>
    public async ValueTask<bool> Refill()
    {
        (_start, _end) = (0, 0);
        if (_flows)
        {
            var ready = stream.ReadAsync(Memory<byte>.Empty);
            if (!ready.IsCompleted) Shrink();
            await ready;
            _large ??= ArrayPool<byte>.Shared.Rent(LargeRoom);
        }
        else
        {
            Shrink();
        }
        _isLent = true;
        Add(await stream.ReadAsync(Buffer));
        _flows = _end >= SmallRoom;
        return _end > 0;
    }

    /// <summary>A response is over.</summary>
    /// <param name="now">On the pool's clock.</param>
    /// <param name="most">For how long another may be waited for, in seconds.</param>
    public void Rest(long now, int most)
    {
        MostRest = most;
        Shrink();
        _flows = false;
        HasServed = true;
        Rested = now;
    }

    /// <summary>Ends it under whoever reads or writes. From any thread.</summary>
    public void Abort() => stream.Dispose();

    public void Dispose() => Dispose(isRead: false);

    /// <param name="isRead">Whether somebody may be reading, and changing what was read: then the room for it is nobody else's.</param>
    public void Dispose(bool isRead)
    {
        stream.Dispose();
        if (!isRead) Shrink();
        if (!_isReading) return;
        _isReading = false;
        _ = Forget(_reading);
    }

    /// <summary>The read that was to find the next response finds the end, which is no failure of anybody's.</summary>
    private static async Task Forget(ValueTask<int> reading)
    {
        try
        {
            await reading;
        }
        catch (Exception e) when (Http1Response.IsBroken(e) || e is OperationCanceledException)
        {
        }
    }

    private void MakeRoom(int most)
    {
        var unread = Unread;
        if (unread.Length >= most) throw new HttpRuleException($"its response's header is larger than {most / 1024} KiB");
        var larger = unread.Length > SmallRoom / 2 ? ArrayPool<byte>.Shared.Rent(Math.Min(2 * Buffer.Length, LargeRoom)) : Buffer;
        unread.CopyTo(larger);
        (_start, _end) = (0, unread.Length);
        if (larger == Buffer) return;
        Shrink();
        _large = larger;
    }

    private void Shrink()
    {
        // A read that failed may be writing there still: then it is nobody else's.
        if (_large is not null && !_isLent) ArrayPool<byte>.Shared.Return(_large);
        _large = null;
    }
}
