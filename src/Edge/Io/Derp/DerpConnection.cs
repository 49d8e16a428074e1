using System.Net.WebSockets;
using Edge.Foundation;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Protocols.Derp;

namespace Edge.Io.Derp;

/// <summary>
/// One connection to a relay, as a stream of messages both ways, for callers on any thread. It ends when the relay goes away or goes silent,
/// when it has idled and is nobody's home, or when it is disposed of; it does not come back by itself.
/// </summary>
internal sealed class DerpConnection : IAsyncDisposable
{
    private const int ReadSize = 16 * 1024;

    /// <summary>As the stock client (wgengine/magicsock): a relay that is not home is left after a minute without packets.</summary>
    private static readonly TimeSpan s_idleLimit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly DerpStream _stream;
    private readonly DerpClient _client;
    private readonly IDerpReceiver _receiver;
    private readonly CancellationTokenSource _ending = new();
    private readonly Timer _timer;
    private readonly byte[] _buffer = new byte[ReadSize];
    private Timestamp _used = MonotonicClock.Now;
    private bool _isHome;
    private bool _isWriting;
    private string? _reason;

    private DerpConnection(DerpNode node, DerpStream stream, DerpClientOptions options, EntropySource entropy, IDerpReceiver receiver)
    {
        (Node, _stream, _receiver) = (node, stream, receiver);
        _client = new DerpClient(MonotonicClock.Now, options with { Server = stream.Server }, entropy);
        // What one message of the stock client's watchdogs is to it; the login has a shorter limit of its own.
        _timer = new Timer(static connection => ((DerpConnection)connection!).Look(), this, DerpLimits.HandshakeStep, s_look);
        Flush();
        Ended = Read();
    }

    public DerpNode Node { get; }

    /// <summary>Completes when the connection has ended, with the reason in words.</summary>
    public Task<string> Ended { get; }

    /// <summary>Whether the relay has taken this node in.</summary>
    public bool IsWelcome
    {
        get
        {
            lock (_lock)
                return _client.IsWelcome;
        }
    }

    /// <summary>Dials a relay and says hello.</summary>
    /// <param name="dialler">How.</param>
    /// <param name="node">Which.</param>
    /// <param name="options">Who connects.</param>
    /// <param name="entropy">For the hello.</param>
    /// <param name="receiver">Takes the messages.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="DialException">Which step failed, and why.</exception>
    public static async ValueTask<DerpConnection> Connect(
        DerpDialler dialler, DerpNode node, DerpClientOptions options, EntropySource entropy, IDerpReceiver receiver, CancellationToken cancellation) =>
        new(node, await dialler.Dial(node, cancellation), options, entropy, receiver);

    /// <summary>Queues a packet for another node and has it written. It never waits.</summary>
    public DerpSendVerdict Send(in PublicKey destination, ReadOnlySpan<byte> packet)
    {
        var verdict = Queue(destination, packet);
        Flush();
        return verdict;
    }

    /// <summary>Queues a packet for another node; <see cref="Written"/> has it leave, together with others.</summary>
    public DerpSendVerdict Queue(in PublicKey destination, ReadOnlySpan<byte> packet)
    {
        lock (_lock)
        {
            _used = MonotonicClock.Now;
            return _client.Send(_used, destination, packet);
        }
    }

    /// <summary>Has what is queued written; completes when the connection has taken it, or at once where somebody else is writing.</summary>
    public Task Written() => TryBeginWrite() ? Write() : Task.CompletedTask;

    /// <summary>Whether this relay is the node's home: it is kept then, and told so.</summary>
    public void SetHome(bool isHome)
    {
        lock (_lock)
        {
            if (_isHome == isHome)
                return;
            _isHome = isHome;
            _used = MonotonicClock.Now;
            _client.NotePreferred(isHome);
        }
        Flush();
    }

    /// <param name="data">8 bytes, which the relay's pong repeats.</param>
    public void Ping(ReadOnlySpan<byte> data)
    {
        lock (_lock)
            _client.Ping(data);
        Flush();
    }

    public async ValueTask DisposeAsync()
    {
        await End("it was closed");
        await Ended;
    }

    private async Task<string> Read()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var length = await _stream.Stream.ReadAsync(_buffer, _ending.Token);
                if (length == 0)
                    break;
                if (!Handle(_buffer.AsSpan(0, length)))
                    break;
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // The reason is below.
        }
        await End("the relay closed the connection");
        await _stream.DisposeAsync();
        return _reason!;
    }

    private bool Handle(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            bool isMessage;
            DerpMessage message;
            lock (_lock)
            {
                // The message's bytes are the reader's own: only this thread moves them.
                isMessage = _client.Handle(MonotonicClock.Now, ref bytes, out message);
                if (message.Kind == DerpMessageKind.Packet && isMessage)
                    _used = MonotonicClock.Now;
            }
            if (!isMessage)
                break;
            _receiver.Receive(this, message);
        }
        Flush();
        lock (_lock)
            return _client.Fault == DerpClientFault.None;
    }

    private void Flush()
    {
        if (TryBeginWrite())
            _ = Write();
    }

    private bool TryBeginWrite()
    {
        lock (_lock)
        {
            if (_isWriting || !_client.WantsToWrite)
                return false;
            return _isWriting = true;
        }
    }

    private async Task Write()
    {
        while (true)
        {
            ReadOnlyMemory<byte> bytes;
            lock (_lock)
            {
                bytes = _client.Poll();
                if (bytes.IsEmpty)
                {
                    _isWriting = false;
                    return;
                }
            }
            var isWritten = true;
            try
            {
                await _stream.Stream.WriteAsync(bytes, _ending.Token);
            }
            catch (Exception e) when (IsEnd(e))
            {
                isWritten = false;
            }
            lock (_lock)
                _client.Written();
            if (isWritten)
                continue;
            // Nothing more is written: the flag stays.
            await End("the connection to the relay broke");
            return;
        }
    }

    private void Look()
    {
        string? reason = null;
        lock (_lock)
        {
            var now = MonotonicClock.Now;
            _client.Handle(now);
            if (_client.Fault != DerpClientFault.None)
                reason = Words(_client.Fault);
            else if (!_isHome && now - _used > s_idleLimit)
                reason = "it was idle";
        }
        if (reason is not null)
            _ = End(reason);
    }

    private async Task End(string reason)
    {
        lock (_lock)
        {
            if (_reason is not null)
                return;
            _reason = _client.Fault == DerpClientFault.None ? reason : Words(_client.Fault);
        }
        await _timer.DisposeAsync();
        await _ending.CancelAsync();
    }

    private static string Words(DerpClientFault fault) => fault switch
    {
        DerpClientFault.BadGreeting => "it is no DERP relay: its greeting is wrong",
        DerpClientFault.FrameTooLong => "the relay sent a frame of more than 1 MiB",
        DerpClientFault.BadServerInfo => "the relay's welcome was not sealed by its key",
        DerpClientFault.NoWelcome => "the relay did not take this node in: it may admit only nodes that it knows",
        _ => "the relay has said nothing for two minutes",
    };

    private static bool IsEnd(Exception e) =>
        e is IOException or OperationCanceledException or ObjectDisposedException or WebSocketException or InvalidOperationException;
}
