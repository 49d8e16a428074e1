using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Edge.Protocols.Netstack;

namespace Edge.Node.Networks;

/// <summary>The reading half: shows what arrived where the netstack put it. Its blocks go back when they were read, so a reader that stalls holds what the window let in and no more.</summary>
internal sealed class TunnelReader(TunnelConnection connection) : PipeReader, IValueTaskSource<ReadResult>, IThreadPoolWorkItem
{
    // More than this is given back at once, so that the window opens while there is still something to read.
    private const long MostKept = 32 * 1024;

    private ManualResetValueTaskSourceCore<ReadResult> _waiting;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private ReadSegment? _head;
    private ReadSegment? _tail;

    // Places in the stream.
    private long _consumed;
    private long _examined;
    private long _end;
    private bool _isAtEnd;
    private bool _isWaiting;

    // Somebody is told of the result. Where nobody is yet, it is set behind the gate: whoever finds it there may begin the next read before the
    // thread that sets it is done, and this one's end would be taken for that one's.
    private bool _isAwaited;
    private bool _isWoken;
    private bool _isCanceled;
    private bool _isCompleted;

    private bool IsReady => _end > _examined || _isAtEnd || _isCanceled || connection.End != CloseReason.None || _token.IsCancellationRequested;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        ValueTask<ReadResult> waiting;
        lock (connection.Gate)
        {
            ThrowIfUnusable();
            if (IsReady)
                return ValueTask.FromResult(Result());
            _waiting.Reset();
            _isAwaited = false;
            _isWaiting = true;
            _token = cancellationToken;
            if (cancellationToken.CanBeCanceled)
                _registration = cancellationToken.UnsafeRegister(static reader => ((TunnelReader)reader!).TokenCanceled(), this);
            // Nothing else will come along that wakes the network's thread.
            connection.GiveBack(least: 1);
            waiting = new ValueTask<ReadResult>(this, _waiting.Version);
        }
        return waiting;
    }

    public override bool TryRead(out ReadResult result)
    {
        lock (connection.Gate)
        {
            ThrowIfUnusable();
            result = IsReady ? Result() : default;
            return result.IsCompleted || result.IsCanceled || !result.Buffer.IsEmpty;
        }
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        lock (connection.Gate)
        {
            if (_isCompleted || examined.GetObject() is not ReadSegment examinedIn || consumed.GetObject() is not ReadSegment consumedIn)
                return;
            _examined = Math.Max(_examined, examinedIn.RunningIndex + examined.GetInteger());
            var at = consumedIn.RunningIndex + consumed.GetInteger();
            if (at > _end || at < _consumed || _examined < at)
                throw new ArgumentOutOfRangeException(nameof(consumed));
            Consume(at);
            connection.GiveBack(MostKept);
        }
    }

    public override void CancelPendingRead()
    {
        lock (connection.Gate)
        {
            _isCanceled = true;
            Wake();
        }
    }

    public override void Complete(Exception? exception = null)
    {
        lock (connection.Gate)
        {
            if (_isCompleted)
                return;
            // A connection that others will read no more still holds its bytes: letting go of it answers for them (RFC 9293 section 3.6.1).
            _isCompleted = true;
            Wake();
        }
    }

    ReadResult IValueTaskSource<ReadResult>.GetResult(short token) => _waiting.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ReadResult>.GetStatus(short token) => _waiting.GetStatus(token);

    void IValueTaskSource<ReadResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        lock (connection.Gate)
        {
            _isAwaited = true;
            _waiting.OnCompleted(continuation, state, token, flags);
        }
    }

    /// <summary>In the pool: goes on with whoever waits.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        CancellationTokenRegistration registration;
        bool isAwaited;
        Exception? failure = null;
        ReadResult result = default;
        lock (connection.Gate)
        {
            _isWoken = false;
            if (!_isWaiting)
                return;
            _isWaiting = false;
            try
            {
                if (_token.IsCancellationRequested)
                    failure = new OperationCanceledException(_token);
                else if (_isCompleted)
                    failure = new InvalidOperationException("the reader was completed while it waited");
                else
                    result = Result();
            }
            catch (Exception broken) when (broken is IOException or OperationCanceledException)
            {
                failure = broken;
            }
            (registration, _registration, _token) = (_registration, default, default);
            isAwaited = _isAwaited;
            if (!isAwaited)
                Settle(result, failure);
        }
        // The callback takes the gate, and may be running.
        registration.Dispose();
        if (isAwaited)
            Settle(result, failure);
    }

    private void Settle(ReadResult result, Exception? failure)
    {
        if (failure is null)
            _waiting.SetResult(result);
        else
            _waiting.SetException(failure);
    }

    /// <summary>Behind the gate, on the network's thread: bytes arrived.</summary>
    internal void Add(ReadOnlyMemory<byte> bytes, long at, VirtualNetwork network)
    {
        if (_isCompleted)
            return;
        _end = at + bytes.Length;
        if (_tail is not null && _tail.TryExtend(bytes))
            return;
        var segment = network.NewSegment();
        segment.Begin(bytes, at);
        if (_tail is null)
            _head = segment;
        else
            _tail.Append(segment);
        _tail = segment;
    }

    /// <summary>Behind the gate: the peer has finished, and all that it sent is here.</summary>
    internal void End() => _isAtEnd = true;

    /// <summary>Behind the gate: has whoever waits go on, where there is something to go on with.</summary>
    internal void Wake()
    {
        if (!_isWaiting || _isWoken || !(IsReady || _isCompleted))
            return;
        _isWoken = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void TokenCanceled()
    {
        lock (connection.Gate)
            Wake();
    }

    private ReadResult Result()
    {
        if (connection.End is not (CloseReason.None or CloseReason.Finished) and var reason && !_isCanceled)
            throw TunnelConnection.Failure(reason);
        var isCanceled = _isCanceled;
        _isCanceled = false;
        var bytes = _head is null ? default : new ReadOnlySequence<byte>(_head, (int)(_consumed - _head.RunningIndex), _tail!, _tail!.Memory.Length);
        return new ReadResult(bytes, isCanceled, _isAtEnd);
    }

    private void Consume(long at)
    {
        var bytes = at - _consumed;
        _consumed = at;
        ReadSegment? freed = null;
        while (_head is not null && _head.End <= at)
        {
            var next = _head.NextSegment;
            _head.Append(freed);
            freed = _head;
            _head = next;
        }
        if (_head is null)
            _tail = null;
        connection.Consume(bytes, freed);
    }

    private void ThrowIfUnusable()
    {
        if (_isCompleted)
            throw new InvalidOperationException("the reader was completed: nothing can be read any more");
        if (_isWaiting)
            throw new InvalidOperationException("there is a read that has not ended");
    }
}
