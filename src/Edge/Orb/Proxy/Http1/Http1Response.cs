using System.Net.Sockets;
using System.Security.Authentication;
using Edge.Io;
using Edge.Io.Http;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy.Http1;

/// <summary>One request on one connection, and its response.</summary>
internal sealed class Http1Response : UpstreamResponse
{
    /// <summary>A response's header, in bytes.</summary>
    private const int MostHeader = 64 * 1024;

    /// <summary>Responses before the response: one is common, three are odd.</summary>
    private const int MostInterim = 32;

    private const string NoResponse = "what it sent is not an HTTP response";

    /// <summary>RFC 9110, section 10.1.1: a body waits until it is asked for, but not for ever, since many servers never ask.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly UpstreamRequest _request;
    private readonly Http1Connection _connection;
    private readonly Http1Pool _pool;
    private readonly RequestWriter _writer;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _abort;
    private volatile BodyState _body;
    private ITimer? _patience;
    private int _status;
    private BodyFraming _framing;
    private ChunkDecoder _chunks;

    /// <summary>Whether what comes next is no chunk.</summary>
    private bool _isBroken;

    /// <summary>Of a body with a length: the bytes that were not handed out.</summary>
    private long _left;

    /// <summary>What was handed out last, and what framed it: consumed with the next read.</summary>
    private int _piece;
    private bool _isOver;

    /// <summary>Whether a read is under way: nobody may wait for it any more when this is disposed.</summary>
    private volatile bool _isReading;

    /// <summary>1: the connection was given back, or ended. A read that nobody waits for may end the body while the response is disposed.</summary>
    private int _isLeft;

    public Http1Response(UpstreamRequest request, Http1Connection connection, Http1Pool pool, CancellationToken cancellation)
    {
        (_request, _connection, _pool, _cancellation) = (request, connection, pool, cancellation);
        _writer = new RequestWriter(connection.Stream);
        _body = request.Body is null ? BodyState.Sent : BodyState.Waiting;
        _abort = cancellation.UnsafeRegister(static connection => ((Http1Connection)connection!).Abort(), connection);
    }

    public override int Status => _status;

    public override HeaderFields Fields { get; } = new();

    public override long? ContentLength => _framing.ContentLength;

    public override HeaderFields? Trailers => _chunks.Trailers;

    /// <summary>Whether the upstream has answered anything.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Whether the body may be sent on another connection, once this is disposed: nobody has begun to, nor is about to.</summary>
    public bool IsBodyIdle => _body != BodyState.Sending;

    /// <summary>Whether a failure is the connection's, not the response's.</summary>
    public static bool IsBroken(Exception e) =>
        e is SocketException or AuthenticationException or ObjectDisposedException or (IOException and not HttpRuleException);

    /// <summary>Sends the request, and waits for the response's header.</summary>
    /// <param name="authority">The upstream's name.</param>
    /// <param name="time">How long a body waits to be asked for.</param>
    public async ValueTask Begin(string authority, TimeProvider time)
    {
        _writer.WriteHead(_request, authority);
        if (_request.Body is null)
        {
            await _writer.FlushAsync(_cancellation);
            _writer.Dispose();
        }
        else if (_request.ExpectsContinue)
        {
            await _writer.FlushAsync(_cancellation);
            _patience = time.CreateTimer(static response => _ = ((Http1Response)response!).SendBody(), this, s_patience, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _ = SendBody();
        }
        for (var interim = 0; ; interim++)
        {
            Fields.Clear();
            var (length, seen) = (0, 0);
            while ((length = ResponseHead.FindEnd(_connection.Unread.Span, ref seen)) < 0)
            {
                if (!ResponseHead.CanBegin(_connection.Unread.Span)) throw new HttpRuleException(NoResponse);
                var count = await _connection.ReadBehind(MostHeader);
                if (count == 0) throw new HttpIOException(HttpRequestError.ResponseEnded);
                _connection.Add(count);
                HasBegun = true;
            }
            if (!ResponseHead.TryRead(_connection.Unread.Span[..length], Fields, out _status, out var minor))
                throw new HttpRuleException(Fields.Count == ResponseHead.MostFields ? "its response's header has more than 256 lines" : NoResponse);
            _connection.Consume(length);
            if (_status is >= 200 or StatusCodes.Status101SwitchingProtocols)
            {
                Frame(minor);
                return;
            }
            if (interim == MostInterim) throw new HttpRuleException("its responses are all preliminary");
            if (_status == StatusCodes.Status100Continue) _ = SendBody();
        }
    }

    public override ValueTask<ReadOnlyMemory<byte>> Read()
    {
        // The connection may be another request's by now.
        if (_isOver) return default;
        _connection.Consume(_piece);
        _piece = 0;
        return TryTake(out var piece) ? new(piece) : ReadMore();
    }

    public override Stream Switch()
    {
        var rest = _connection.Unread.ToArray();
        _connection.Consume(rest.Length);
        return rest.Length == 0 ? _connection.Stream : new PrefixedStream(rest, _connection.Stream);
    }

    protected override void Dispose(bool disposing)
    {
        _patience?.Dispose();
        if (GiveUpBody()) _writer.Dispose();
        if (Interlocked.Exchange(ref _isLeft, 1) != 0) return;
        _abort.Unregister();
        _connection.Dispose(_isReading);
    }

    private void Frame(int minor)
    {
        GiveUpBody();
        // What follows a switch is not HTTP.
        if (_status == StatusCodes.Status101SwitchingProtocols) return;
        if (BodyFraming.Of(Fields, _status, minor, HttpMethods.IsHead(_request.Method), out _framing) is { } name)
            throw new HttpRuleException($"its header field {name} contradicts itself, or is not known");
        if (_framing.Kind == BodyKind.Length) _left = _framing.ContentLength ?? 0;
    }

    /// <returns>Whether there is a piece, or the body is over; otherwise more has to come.</returns>
    private bool TryTake(out ReadOnlyMemory<byte> piece)
    {
        piece = default;
        var unread = _connection.Unread;
        switch (_framing.Kind)
        {
            case BodyKind.Length when _left > 0:
                piece = unread[..(int)Math.Min(_left, unread.Length)];
                _piece = piece.Length;
                _left -= _piece;
                return _piece > 0;
            case BodyKind.Chunks when !_chunks.IsDone:
                piece = TakeChunks(unread);
                if (!piece.IsEmpty) return true;
                _connection.Consume(_piece);
                _piece = 0;
                if (!_chunks.IsDone) return false;
                break;
            case BodyKind.Connection:
                (piece, _piece) = (unread, unread.Length);
                return _piece > 0;
        }
        End();
        return true;
    }

    /// <summary>
    /// The data of all chunks that are here, moved together: many servers write small chunks, and each piece of a body is a write to the client.
    /// </summary>
    private ReadOnlyMemory<byte> TakeChunks(Memory<byte> unread)
    {
        var bytes = unread.Span;
        if (_isBroken || !_chunks.TryDecode(bytes, out var start, out var length, out _piece)) throw new HttpRuleException("its body is not made of chunks");
        var end = start + length;
        while (length > 0 && _piece < bytes.Length && !_chunks.IsDone)
        {
            // What came before a fault is the body's.
            _isBroken = !_chunks.TryDecode(bytes[_piece..], out var next, out length, out var consumed);
            if (_isBroken) break;
            bytes.Slice(_piece + next, length).CopyTo(bytes[end..]);
            end += length;
            _piece += consumed;
        }
        return unread[start..end];
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadMore()
    {
        _isReading = true;
        try
        {
            while (true)
            {
                if (!await _connection.Refill())
                {
                    if (_framing.Kind != BodyKind.Connection) throw new HttpIOException(HttpRequestError.ResponseEnded);
                    End();
                    return default;
                }
                if (TryTake(out var piece)) return piece;
            }
        }
        catch (Exception e) when (IsBroken(e) && _cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, _cancellation);
        }
        catch (Exception e) when (e is not IOException && IsBroken(e))
        {
            throw new IOException("the connection was ended", e);
        }
        finally
        {
            _isReading = false;
        }
    }

    private void End()
    {
        _isOver = true;
        // What an upstream says beyond its response was not asked for; and who is being cancelled may be ending the connection right now.
        if (!_framing.IsKept || !_connection.Unread.IsEmpty || _body != BodyState.Sent || !_abort.Unregister()) return;
        if (Interlocked.Exchange(ref _isLeft, 1) != 0) return;
        _pool.Return(_connection, _framing.MostRest);
    }

    /// <summary>What has not been asked for is not sent any more.</summary>
    /// <returns>Whether nobody sends it now.</returns>
    private bool GiveUpBody() => Interlocked.CompareExchange(ref _body, BodyState.Unfinished, BodyState.Waiting) != BodyState.Sending;

    /// <summary>The upstream asks for the body, or is taken to. Never throws: what fails is found by whoever waits for the response.</summary>
    private async Task SendBody()
    {
        if (Interlocked.CompareExchange(ref _body, BodyState.Sending, BodyState.Waiting) != BodyState.Waiting) return;
        var state = BodyState.Unfinished;
        try
        {
            await _request.Body!.SendTo(_writer, _cancellation);
            await _writer.Finish(_cancellation);
            state = BodyState.Sent;
        }
        catch (Exception e) when (IsBroken(e) || e is OperationCanceledException or HttpRuleException)
        {
            // An upstream that wants no more of it may have answered why. A body that the client did not finish, or that is not what was told
            // of it, must not look finished.
            if (e is HttpRuleException || _request.Body!.ClientFault is not null) _connection.Abort();
        }
        finally
        {
            _writer.Dispose();
            Interlocked.Exchange(ref _body, state);
        }
    }
}
