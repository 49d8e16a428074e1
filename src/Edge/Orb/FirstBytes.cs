using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Edge.Orb;

/// <summary>The first bytes of a connection, which tell HTTP/1.1, HTTP/2 and TLS apart. They are looked at and left where they are.</summary>
internal sealed class FirstBytes
{
    public enum Kind
    {
        /// <summary>The client went away, or sent nothing for too long.</summary>
        None,
        Http1,
        Http2,
        Tls,
    }

    private readonly ConnectionContext _connection;
    private readonly long _deadline;
    private volatile bool _isDone;

    private FirstBytes(ConnectionContext connection, TimeSpan limit)
    {
        _connection = connection;
        _deadline = Environment.TickCount64 + (long)limit.TotalMilliseconds;
    }

    // RFC 8446, section 5.1: a record of the kind "handshake". No method of HTTP/1.1 begins so.
    private const byte TlsHandshake = 22;

    // The first word of RFC 9113's preface, section 3.4. No method of HTTP/1.1 is called so.
    private static ReadOnlySpan<byte> Preface => "PRI "u8;

    public static async ValueTask<Kind> Look(ConnectionContext connection, TimeSpan limit)
    {
        var input = connection.Transport.Input;
        FirstBytes? waiting = null;
        while (true)
        {
            var pending = input.ReadAsync();
            if (!pending.IsCompleted && waiting is null)
            {
                waiting = new FirstBytes(connection, limit);
                // Kestrel's own time-outs begin with its server, which does not have the connection yet; its clock ticks already.
                connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(static state => ((FirstBytes)state).Tick(), waiting);
            }
            var read = await pending;
            var kind = Of(read.Buffer, out var isKnown);
            // Until it is known, all is examined, so that the next read waits for more.
            input.AdvanceTo(read.Buffer.Start, isKnown ? read.Buffer.Start : read.Buffer.End);
            if (!isKnown && !read.IsCompleted && !read.IsCanceled)
                continue;
            waiting?._isDone = true;
            // What ended in the middle of a word is for the HTTP/1.1 server to refuse.
            return isKnown ? kind : read.IsCanceled || read.Buffer.IsEmpty ? Kind.None : Kind.Http1;
        }
    }

    private static Kind Of(ReadOnlySequence<byte> bytes, out bool isKnown)
    {
        Span<byte> first = stackalloc byte[Preface.Length];
        var length = (int)Math.Min(bytes.Length, first.Length);
        bytes.Slice(0, length).CopyTo(first);
        var isPreface = Preface.StartsWith(first[..length]);
        isKnown = !isPreface || length == Preface.Length;
        return isPreface ? Kind.Http2 : first[0] == TlsHandshake ? Kind.Tls : Kind.Http1;
    }

    private void Tick()
    {
        if (!_isDone && Environment.TickCount64 >= _deadline)
            _connection.Transport.Input.CancelPendingRead();
    }
}
