using System.Text;
using Edge.Io;
using Edge.Orb.Proxy;
using Edge.Orb.Proxy.Http1;

namespace Edge.Fuzz.Http;

/// <summary>
/// What an upstream answers. The first byte says what is asked and whether the connection stays open, the second how long the pieces are; the
/// rest is the response. It is read whole and in pieces: the same comes of it.
/// </summary>
internal sealed class ResponseTarget : FuzzTarget
{
    public override string Name => "http-response";

    public override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [0, 0, .. "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"u8],
        [2, 3, .. "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"u8],
        [0, 6, .. "HTTP/1.0 404 Not Found\nConnection: keep-alive\nServer:  x \n\nno"u8],
        [2, 1, .. "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"u8],
        [3, 9, .. "HTTP/1.1 304 Not Modified\r\nConnection: close, x\r\nContent-Length: 5, 5\r\n\r\n"u8],
        [2, 0, .. "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\nhello"u8],
    ];

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        .. "HTTP/1.1 |HTTP/1.0 |Content-Length: |Transfer-Encoding: chunked\r\n|Connection: close\r\n|Connection: keep-alive\r\n|\r\n|\r\n\r\n|\n\n|0\r\n\r\n|100 |200 |FFFFFFFFFFFFFFF\r\n|9223372036854775807"
            .Split('|').Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>Pieces of one byte are a read each, which allocates its state where the compiler does not optimise.</summary>
    public override long AllocationLimit(int inputLength) => 2_000_000 + (4000L * inputLength);

    public override int Run(byte[] input)
    {
        if (input.Length < 2) return 0;
        var (isHead, staysOpen, bytes) = ((input[0] & 1) != 0, (input[0] & 2) != 0, input.AsMemory(2));
        var whole = Read(bytes, int.MaxValue, isHead, staysOpen);
        var pieces = Read(bytes, 1 + (input[1] % 32), isHead, staysOpen);
        Check(whole == pieces, $"A response in pieces is the response: {whole} and {pieces}.");
        return HashCode.Combine(whole.Outcome, whole.Status / 100, whole.Body.Length > 0, whole.Fields.Length > 0, whole.Trailers.Length > 0, whole.IsKept, whole.Length is not null);
    }

    private static Result Read(ReadOnlyMemory<byte> bytes, int size, bool isHead, bool staysOpen)
    {
        List<Upstream> dialled = [];
        var client = new Http1Client("upstream", _ =>
        {
            dialled.Add(new Upstream(bytes, size, staysOpen));
            return new(dialled[^1]);
        }, StillTime.Instance);
        using var cancellation = new CancellationTokenSource();
        var asked = client.Send(new UpstreamRequest(isHead ? "HEAD" : "GET", "/"), cancellation.Token);
        var result = Read(asked, cancellation);
        Check(result.Body.Length <= bytes.Length, "A body is what was sent.");
        Check(result.Length is not { } length || result.Body.Length <= length, "A body is no longer than its length.");
        Check(result.Outcome != "whole" || isHead || result.Status is 204 or 304 || result.Length is not { } told || result.Body.Length == told, "A whole body is as long as its length.");
        Check(!isHead || result.Outcome == "switched" || result.Body.Length == 0, "HEAD has no body.");
        if (result.Outcome != "whole") return result;
        // Whether the connection is used again is the same however the response came.
        using var again = new CancellationTokenSource();
        var second = client.Send(new UpstreamRequest("GET", "/"), again.Token);
        result = result with { IsKept = dialled.Count == 1 };
        Check(staysOpen || !result.IsKept, "A connection that was closed is not used.");
        _ = Read(second, again);
        return result;
    }

    private static Result Read(ValueTask<UpstreamResponse> asked, CancellationTokenSource cancellation)
    {
        var body = new StringBuilder();
        var result = new Result("waits", 0, "", "", "", null, IsKept: false);
        if (!asked.IsCompleted) cancellation.Cancel();
        // What is not there by now comes by the cancellation.
        Check(asked.IsCompleted, "A cancelled request ends.");
        try
        {
            using var response = asked.GetAwaiter().GetResult();
            result = result with { Status = response.Status, Fields = Text(response.Fields), Length = response.ContentLength };
            if (response.Status == 101) return result with { Outcome = "switched", Body = Rest(response.Switch()) };
            while (true)
            {
#pragma warning disable CA2012 // It is asked for its result once, when it is there; a task of each piece would be most of what a run allocates.
                var next = response.Read();
#pragma warning restore CA2012
                if (!next.IsCompleted) cancellation.Cancel();
                Check(next.IsCompleted, "A cancelled body ends.");
                var piece = next.GetAwaiter().GetResult();
                if (piece.IsEmpty) return result with { Outcome = "whole", Body = body.ToString(), Trailers = response.Trailers is { } trailers ? Text(trailers) : "" };
                body.Append(Encoding.Latin1.GetString(piece.Span));
            }
        }
        catch (OperationCanceledException)
        {
            return result with { Body = body.ToString() };
        }
        catch (IOException e)
        {
            return result with { Outcome = e.GetType().Name, Body = body.ToString() };
        }
    }

    private static string Rest(Stream stream)
    {
        var buffer = new byte[100];
        var text = new StringBuilder();
        while (stream.ReadAsync(buffer).AsTask() is { IsCompleted: true } read && read.GetAwaiter().GetResult() is > 0 and var count) text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        return text.ToString();
    }

    private static string Text(HeaderFields fields)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in fields.All)
        {
            Check(name.Length > 0 && !name.AsSpan().ContainsAnyExceptInRange('!', '~') && HeaderRules.IsWritable(value), "A field can be sent on.");
            text.Append(name).Append(": ").Append(value).Append('\n');
        }
        return text.ToString();
    }

    private readonly record struct Result(string Outcome, int Status, string Fields, string Body, string Trailers, long? Length, bool IsKept);

    /// <summary>A connection on which all has come, or never will.</summary>
    private sealed class Upstream(ReadOnlyMemory<byte> bytes, int size, bool staysOpen) : ConnectionStream
    {
        private readonly TaskCompletionSource<int> _end = new();
        private int _at;
        private bool _isAsked;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_isAsked || (_at == bytes.Length && staysOpen)) return new(_end.Task);
            var count = Math.Min(Math.Min(size, buffer.Length), bytes.Length - _at);
            bytes.Slice(_at, count).CopyTo(buffer);
            _at += count;
            return new(count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _isAsked = true;
            return default;
        }

        protected override void Dispose(bool disposing)
        {
            _end.TrySetException(new ObjectDisposedException(nameof(Upstream)));
            // Seen: it is the end that was asked for.
            _ = _end.Task.Exception;
            base.Dispose(disposing);
        }
    }

    /// <summary>Timers that never fire, and hold nothing.</summary>
    private sealed class StillTime : TimeProvider
    {
        public static StillTime Instance { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
