using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Edge.Io;
using Edge.Io.OpenSsl;
using Edge.Io.Polling;
using Edge.Io.Udp;
using Edge.Orb;
using Microsoft.Extensions.Logging;

namespace Edge.Relay;

/// <summary>
/// Takes the relay's connections, agrees on TLS and looks at the first request: who switches to DERP is the hub's at once, and holds nothing of
/// an HTTP server for as long as it stays; all else is handed over to that.
/// </summary>
internal sealed class RelayListener : IDisposable
{
    private const int Backlog = 1024;

    /// <summary>Connections that are taken in a row, in a thread that should be reading for clients.</summary>
    private const int TakenInARow = 8;

    private static readonly TimeSpan s_handshakeLimit = TimeSpan.FromSeconds(10);

    // As derper's (tailscale 1.96.5, cmd/derper, tcp-user-timeout).
    private static readonly TimeSpan s_silenceOfTcp = TimeSpan.FromSeconds(15);

    private readonly PolledListener _listener;
    private readonly EndPoint _endPoint;
    private readonly RelayCertificate _certificate;
    private readonly RelayHub _hub;
    private readonly HandOver _http;
    private readonly ILogger _log;
    private readonly byte[] _switching;
    private readonly byte[] _beside;
    private readonly Lock _lock = new();
    private readonly HashSet<TlsStream> _open = [];
    private (SslStreamCertificateContext Certificate, TlsServerContext Context)? _terms;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _taking;
    private int _connections;
    private bool _isStopped;

    /// <param name="socket">Bound; it stays its owner's.</param>
    /// <param name="endPoint">Where.</param>
    /// <param name="loops">Where connections are waited for.</param>
    /// <param name="certificate">Asked for each connection.</param>
    /// <param name="hub">Has the clients.</param>
    /// <param name="http">Serves what is no client.</param>
    /// <param name="beside">In DER: the certificate that shows the relay's key.</param>
    /// <param name="log">Is told of those who do not come to terms, at <c>debug</c>.</param>
    /// <exception cref="SocketException">It cannot listen.</exception>
    public RelayListener(Socket socket, EndPoint endPoint, SocketLoops loops, RelayCertificate certificate, RelayHub hub, HandOver http, byte[] beside, ILogger log)
    {
        (_endPoint, _certificate, _hub, _http, _beside, _log) = (endPoint, certificate, hub, http, beside, log);
        _switching = UpgradeRequest.Answer(hub.Key);
        // What is taken inherits both. Whoever writes gathers by itself; who is gone without a word is found by what it does not acknowledge.
        socket.NoDelay = true;
        socket.SetRawSocketOption(SocketOption.TcpLevel, SocketOption.UserTimeout, BitConverter.GetBytes((int)s_silenceOfTcp.TotalMilliseconds));
        _listener = new PolledListener(socket, loops, Backlog);
        _taking = Take();
    }

    /// <summary>Connections that were taken and have not ended.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
                return _connections;
        }
    }

    /// <summary>Takes no more, and ends all. Returns when they have ended.</summary>
    public async Task Stop()
    {
        _listener.Stop();
        await _taking;
        TlsStream[] open;
        lock (_lock)
        {
            _isStopped = true;
            open = [.. _open];
            if (_connections == 0)
                _ended.TrySetResult();
        }
        foreach (var stream in open)
            stream.End();
        await _ended.Task;
    }

    /// <summary>After <see cref="Stop"/>.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        _terms?.Context.Dispose();
    }

    private async Task Take()
    {
        for (var taken = 1; await _listener.Accept() is { } socket; taken++)
        {
            _ = Serve(socket);
            if (taken % TakenInARow == 0)
                await Task.Yield();
        }
    }

    private async Task Serve(PolledSocket socket)
    {
        lock (_lock)
            _connections++;
        TlsStream? stream = null;
        try
        {
            stream = new TlsStream(socket, await Terms());
            if (Enter(stream) && await Arrive(stream, socket) is var (connection, early) && connection is not null)
                await connection.Run(early, CancellationToken.None);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            _log.NotAgreed(socket.Remote, failure.Message);
        }
        catch (Exception failure)
        {
            _log.Failed(failure);
        }
        finally
        {
            Leave(stream, socket);
        }
    }

    /// <summary>To the first request's end.</summary>
    /// <returns>A client, and what came behind its request; null: it was none, and is done.</returns>
    private async Task<(RelayConnection? Connection, ReadOnlyMemory<byte> Early)> Arrive(TlsStream stream, PolledSocket socket)
    {
        byte[] bytes;
        var request = default(UpgradeRequest);
        int end;
        using (var limit = new CancellationTokenSource(s_handshakeLimit))
        using (limit.Token.UnsafeRegister(static stream => ((TlsStream)stream!).End(), stream))
        {
            await stream.Handshake();
            bytes = await ReadHead(stream);
            end = UpgradeRequest.EndOf(bytes);
            if (!UpgradeRequest.TryRead(bytes.AsSpan(0, end), out request))
                end = 0;
            // Who knows the relay's key from the handshake has not waited for an answer and gets none.
            else if (!request.IsFast)
                await stream.WriteAsync(_switching, CancellationToken.None);
        }
        if (end == 0)
        {
            await using var connection = new RelayHttpConnection(stream, bytes.Length == 0 ? stream : new PrefixedStream(bytes, stream), socket.Remote, _endPoint);
            await _http.Serve(connection);
            return default;
        }
        return (_hub.Accept(stream, socket.Remote, request.IsNotIdeal, stream.End), bytes.AsMemory(end));
    }

    /// <returns>A head that may be an upgrade's, and what came with it; or the beginning of something else.</returns>
    private static async ValueTask<byte[]> ReadHead(TlsStream stream)
    {
        var buffer = new byte[UpgradeRequest.MostHead];
        var length = 0;
        while (length < buffer.Length && UpgradeRequest.MayBe(buffer.AsSpan(0, length)) && UpgradeRequest.EndOf(buffer.AsSpan(0, length)) == 0)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length));
            if (read == 0)
                throw new IOException("it asked for nothing");
            length += read;
        }
        return buffer[..length];
    }

    /// <summary>The terms with the certificate of this moment.</summary>
    private async ValueTask<TlsServerContext> Terms()
    {
        var certificate = (await _certificate.Find("", CancellationToken.None))!;
        lock (_lock)
        {
            if (_terms is { } terms && terms.Certificate == certificate)
                return terms.Context;
            // The one before is not disposed of: a session may be opened with it at this moment, and the collector finds it.
            var context = TlsServerContext.Create(certificate, _beside);
            _terms = (certificate, context);
            return context;
        }
    }

    private bool Enter(TlsStream stream)
    {
        lock (_lock)
            return !_isStopped && _open.Add(stream);
    }

    private void Leave(TlsStream? stream, PolledSocket socket)
    {
        if (stream is null)
            socket.Dispose();
        else
            stream.Dispose();
        lock (_lock)
        {
            if (stream is not null)
                _open.Remove(stream);
            if (--_connections == 0 && _isStopped)
                _ended.TrySetResult();
        }
    }
}
