using System.IO.Pipelines;
using System.Threading.Tasks.Sources;
using Edge.Protocols.Netstack;

namespace Edge.Node.Networks;

/// <summary>The writing half: fills blocks that are handed to the netstack as they are. It waits where more is on its way than the netstack wants to hold.</summary>
internal sealed class TunnelWriter(TunnelConnection connection, BlockPool blocks) : PipeWriter, IValueTaskSource<FlushResult>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<FlushResult> _waiting;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;

    // The writer's own, until they are flushed.
    private Block? _first;
    private Block? _last;
    private long _unflushed;

    private bool _isWaiting;

    // Somebody is told of the result. Where nobody is yet, it is set behind the gate: whoever finds it there may begin the next flush before the
    // thread that sets it is done, and this one's end would be taken for that one's.
    private bool _isAwaited;
    private bool _isWoken;
    private bool _isCanceled;
    private bool _isCompleted;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _unflushed;

    private bool IsReady => connection.Room > 0 || _isCanceled || connection.End != CloseReason.None || _token.IsCancellationRequested;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ThrowIfCompleted();
        if (_last is null || _last.Size - _last.End < Math.Max(1, sizeHint))
            Link(blocks.Rent(Math.Max(sizeHint, BlockPool.BlockSize)));
        return _last!.Memory[_last.End..];
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (bytes == 0)
            return;
        if (_last is null)
            throw new InvalidOperationException("there is no memory that the bytes could have been written to");
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_last.Size - _last.End), nameof(bytes));
        _last.End += bytes;
        _unflushed += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        ValueTask<FlushResult> waiting;
        lock (connection.Gate)
        {
            if (_isWaiting)
                throw new InvalidOperationException("there is a flush that has not ended");
            HandOver();
            if (IsReady)
                return ValueTask.FromResult(Result());
            _waiting.Reset();
            _isAwaited = false;
            _isWaiting = true;
            _token = cancellationToken;
            if (cancellationToken.CanBeCanceled)
                _registration = cancellationToken.UnsafeRegister(static writer => ((TunnelWriter)writer!).TokenCanceled(), this);
            waiting = new ValueTask<FlushResult>(this, _waiting.Version);
        }
        return waiting;
    }

    public override void CancelPendingFlush()
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
            HandOver();
            _isCompleted = true;
            connection.FinishSending();
            Wake();
        }
    }

    FlushResult IValueTaskSource<FlushResult>.GetResult(short token) => _waiting.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<FlushResult>.GetStatus(short token) => _waiting.GetStatus(token);

    void IValueTaskSource<FlushResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
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
        FlushResult result;
        OperationCanceledException? failure = null;
        lock (connection.Gate)
        {
            _isWoken = false;
            if (!_isWaiting)
                return;
            _isWaiting = false;
            if (_token.IsCancellationRequested)
                failure = new OperationCanceledException(_token);
            (registration, _registration, _token) = (_registration, default, default);
            result = Result();
            isAwaited = _isAwaited;
            if (!isAwaited)
                Settle(result, failure);
        }
        // The callback takes the gate, and may be running.
        registration.Dispose();
        if (isAwaited)
            Settle(result, failure);
    }

    private void Settle(FlushResult result, OperationCanceledException? failure)
    {
        if (failure is null)
            _waiting.SetResult(result);
        else
            _waiting.SetException(failure);
    }

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

    private FlushResult Result()
    {
        var isCanceled = _isCanceled;
        _isCanceled = false;
        // The reader is the other side: it reads no more when the connection has ended.
        return new FlushResult(isCanceled, isCompleted: connection.End != CloseReason.None);
    }

    private void HandOver()
    {
        if (_first is null)
            return;
        var (first, last, bytes) = (_first, _last!, _unflushed);
        (_first, _last, _unflushed) = (null, null, 0);
        if (bytes == 0 || connection.End != CloseReason.None)
        {
            for (Block? block = first; block is not null;)
            {
                var next = block.Next;
                blocks.Return(block);
                block = next;
            }
            return;
        }
        connection.Send(first, last, bytes);
    }

    private void Link(Block block)
    {
        if (_last is null)
        {
            _first = block;
        }
        else if (_last.Length == 0 && _first == _last)
        {
            blocks.Return(_last);
            _first = block;
        }
        else
        {
            _last.Next = block;
        }
        _last = block;
    }

    private void ThrowIfCompleted()
    {
        if (_isCompleted)
            throw new InvalidOperationException("the writer was completed: nothing can be written any more");
    }
}
