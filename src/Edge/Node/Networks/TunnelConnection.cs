using System.IO.Pipelines;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Io;
using Edge.Protocols.Netstack;
using Microsoft.AspNetCore.Connections;

namespace Edge.Node.Networks;

/// <summary>
/// A TCP connection of a network's netstack, as the threads of the pool use it: a pipe in each direction over the connection's own blocks.
/// What arrived is read where it lies; what is written is what is sent, and sent again, until the peer has it.
/// <para>
/// The netstack is touched by the network's thread alone. The others leave what they want behind the gate, and the network's thread leaves what
/// has happened there; whoever waits goes on in the pool.
/// </para>
/// </summary>
internal sealed class TunnelConnection : IDuplexPipe, IAsyncDisposable
{
    // Below this, what is flushed is copied behind what waits already, so that small writes do not hold a block each.
    private const int SmallWrite = 1024;

    private readonly VirtualNetwork _network;
    private readonly TcpConnection _tcp;
    private readonly TunnelReader _reader;
    private readonly TunnelWriter _writer;
    private readonly Action<Timestamp> _work;
    private TaskCompletionSource<TunnelConnection>? _dialling;
    private CancellationTokenSource? _closed;
    private bool _isPosted;

    // What the others want.
    private Block? _first;
    private Block? _last;
    private long _pending;
    private long _consumed;
    private ReadSegment? _freed;
    private bool _wantsFinish;
    private bool _wantsAbort;
    private bool _wantsRelease;

    // The network's thread's own: how much of the stream was shown to the reader, and given back by it.
    private long _shown;
    private long _returned;
    private bool _isReleased;

    /// <summary>On the network's thread.</summary>
    /// <param name="network">Whose it is.</param>
    /// <param name="tcp">Established, or on the way to it.</param>
    /// <param name="dialling">Who waits for it; null: nobody.</param>
    public TunnelConnection(VirtualNetwork network, TcpConnection tcp, TaskCompletionSource<TunnelConnection>? dialling)
    {
        (_network, _tcp, _dialling) = (network, tcp, dialling);
        Local = tcp.Local;
        Remote = tcp.Remote;
        // What is written is flushed when it is whole: nothing is gained by waiting for more.
        tcp.NoDelay = true;
        tcp.Owner = this;
        _work = Work;
        _reader = new TunnelReader(this);
        _writer = new TunnelWriter(this, network.Blocks);
    }

    public Endpoint Local { get; }

    public Endpoint Remote { get; }

    public PipeReader Input => _reader;

    public PipeWriter Output => _writer;

    /// <summary>Ends when the connection does, not when only the peer has nothing more to say.</summary>
    public CancellationToken Closed
    {
        get
        {
            lock (Gate)
            {
                _closed ??= new CancellationTokenSource();
                if (End != CloseReason.None && !_closed.IsCancellationRequested)
                    CancelClosed();
                return _closed.Token;
            }
        }
    }

    /// <summary>Held for a few instructions at a time.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Behind the gate: why the connection is no more; none: it is there.</summary>
    internal CloseReason End { get; private set; }

    /// <summary>Behind the gate: bytes that the writer can queue before it waits; negative: it went beyond.</summary>
    internal long Room { get; private set; }

    /// <summary>Ends the connection at once, with a RST.</summary>
    public void Abort()
    {
        lock (Gate)
        {
            if (End == CloseReason.None)
                Finish(CloseReason.Aborted);
            _wantsAbort = true;
            Post();
        }
    }

    /// <summary>Both directions are done with: what was written is still sent. Nobody reads or writes any more.</summary>
    public ValueTask DisposeAsync()
    {
        Release();
        return ValueTask.CompletedTask;
    }

    /// <summary>The same as <see cref="DisposeAsync"/>, which waits for nothing.</summary>
    public void Release()
    {
        _reader.Complete();
        _writer.Complete();
        lock (Gate)
        {
            if (_wantsRelease)
                return;
            _wantsRelease = true;
            Post();
        }
    }

    /// <summary>Why nothing can be written any more.</summary>
    public Exception Failure()
    {
        lock (Gate)
            return Failure(End);
    }

    /// <summary>What a broken connection's reader and writer throw.</summary>
    internal static Exception Failure(CloseReason reason) => reason switch
    {
        CloseReason.Aborted => new ConnectionAbortedException("the connection was ended on this side"),
        CloseReason.TimedOut => new ConnectionResetException("the other side does not answer any more"),
        CloseReason.Unreachable => new ConnectionResetException("the other side is not reachable any more"),
        CloseReason.Refused => new ConnectionResetException("the other side refused the connection"),
        _ => new ConnectionResetException("the other side reset the connection"),
    };

    /// <summary>Behind the gate: written blocks are to be sent.</summary>
    internal void Send(Block first, Block last, long bytes)
    {
        if (_last is null)
            _first = first;
        else
            _last.Next = first;
        _last = last;
        _pending += bytes;
        Room -= bytes;
        Post();
    }

    /// <summary>Behind the gate: nothing more will be written.</summary>
    internal void FinishSending()
    {
        _wantsFinish = true;
        Post();
    }

    /// <summary>Behind the gate: the reader is done with so many bytes. They are given back when there is reason to wake the network's thread.</summary>
    internal void Consume(long bytes, ReadSegment? freed)
    {
        _consumed += bytes;
        while (freed is not null)
        {
            var next = freed.NextSegment;
            freed.Append(_freed);
            _freed = freed;
            freed = next;
        }
    }

    /// <summary>Behind the gate: a reader waits, or has read much.</summary>
    internal void GiveBack(long least)
    {
        if (_consumed >= least)
            Post();
    }

    /// <summary>On the network's thread.</summary>
    internal void Happened(Timestamp now, TcpEvents events)
    {
        if (_dialling is { } dialling && (events & (TcpEvents.Established | TcpEvents.Closed)) != 0)
        {
            _dialling = null;
            if ((events & TcpEvents.Closed) != 0)
            {
                GiveUp(now);
                dialling.TrySetException(_network.Unreached(now, Remote, _tcp.CloseReason));
                return;
            }
            if (!dialling.TrySetResult(this))
            {
                GiveUp(now);
                return;
            }
        }
        lock (Gate)
        {
            if ((events & (TcpEvents.Established | TcpEvents.Writable)) != 0)
                ShowRoom();
            if ((events & (TcpEvents.Readable | TcpEvents.PeerFinished | TcpEvents.Closed)) != 0)
                ShowText((events & TcpEvents.PeerFinished) != 0);
            if ((events & TcpEvents.Closed) != 0)
                Finish(_tcp.CloseReason);
        }
    }

    /// <summary>On the network's thread: nobody waits for the connection any more, which was not there yet.</summary>
    internal void GiveUp(Timestamp now)
    {
        if (_isReleased)
            return;
        _isReleased = true;
        _dialling = null;
        _tcp.Abort();
        _tcp.Release(now);
        lock (Gate)
            Finish(CloseReason.Aborted);
        _network.Remove(this, _tcp);
    }

    /// <summary>On the network's thread, when that ends. Who reads what has arrived may go on reading it.</summary>
    internal void Drop()
    {
        _dialling?.TrySetException(new DialException(DialStep.Connect, $"the network `{_network.Name}` is down"));
        _dialling = null;
        _tcp.Abort();
        lock (Gate)
            Finish(CloseReason.Unreachable);
    }

    private void Work(Timestamp now)
    {
        Block? chain;
        long bytes, consumed;
        ReadSegment? freed;
        bool finish, abort, release;
        lock (Gate)
        {
            _isPosted = false;
            (chain, bytes, consumed, freed) = (_first, _pending, _consumed, _freed);
            (finish, abort, release) = (_wantsFinish, _wantsAbort, _wantsRelease);
            (_first, _last, _pending, _consumed, _freed) = (null, null, 0, 0, null);
        }
        _network.Recycle(freed);
        if (_isReleased)
        {
            Return(chain);
            return;
        }
        if (consumed > 0)
        {
            _returned += consumed;
            _tcp.Consume(now, consumed);
        }
        if (chain is not null)
            Append(chain, (int)bytes);
        if (abort)
            _tcp.Abort();
        else if (finish)
            _tcp.FinishSending();
        if (release)
        {
            _isReleased = true;
            _tcp.Release(now);
            _network.Remove(this, _tcp);
            return;
        }
        if (chain is null)
            return;
        lock (Gate)
            ShowRoom();
    }

    private void Append(Block chain, int bytes)
    {
        if (bytes > SmallWrite || chain.Next is not null || _tcp.Queued == 0 || _tcp.State is TcpState.Closed or TcpState.TimeWait)
        {
            _tcp.Append(chain);
            return;
        }
        chain.Filled.CopyTo(_tcp.GetMemory(bytes).Span);
        _tcp.Advance(bytes);
        _network.Blocks.Return(chain);
        _tcp.Flush();
    }

    private void Return(Block? chain)
    {
        while (chain is not null)
        {
            var next = chain.Next;
            _network.Blocks.Return(chain);
            chain = next;
        }
    }

    // Behind the gate, as all below.

    private void ShowRoom()
    {
        Room = _tcp.SendRoom - _pending;
        if (Room > 0)
            _writer.Wake();
    }

    private void ShowText(bool isFinished)
    {
        while (_tcp.Peek(_shown - _returned) is { IsEmpty: false } bytes)
        {
            _reader.Add(bytes, _shown, _network);
            _shown += bytes.Length;
        }
        if (isFinished)
            _reader.End();
        _reader.Wake();
    }

    private void Finish(CloseReason reason)
    {
        if (End != CloseReason.None)
            return;
        End = reason;
        if (reason == CloseReason.Finished)
            _reader.End();
        _reader.Wake();
        _writer.Wake();
        CancelClosed();
    }

    private void CancelClosed()
    {
        if (_closed is not null)
            ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), _closed, preferLocal: false);
    }

    private void Post()
    {
        if (_isPosted)
            return;
        _isPosted = true;
        _network.Post(_work);
    }
}
