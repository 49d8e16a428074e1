using System.Buffers;
using Edge.Io;
using Microsoft.Extensions.Logging;

namespace Edge.Orb.Middlewares;

/// <summary>
/// Where lines go: a file, standard output or standard error. Requests put lines into memory and go on; one worker at a time writes them
/// out. What cannot be written, because the disk is full or nobody reads the pipe, is lost and counted: no request fails or waits for it.
/// Safe to use from any thread.
/// </summary>
internal sealed class LogSink
{
    /// <summary>The bytes that may wait. More than that means that the output takes nothing.</summary>
    private const int Capacity = 4 * 1024 * 1024;

    private readonly string _name;
    private readonly ILogger _log;
    private readonly bool _isFile;
    private readonly Lock _lock = new();
    private ArrayBufferWriter<byte> _filling = new(4096);
    private ArrayBufferWriter<byte> _writing = new(4096);
    private Stream _output;
    private TaskCompletionSource? _idle;
    private bool _isWorking;
    private bool _mustReopen;
    private bool _isTorn;
    private bool _isFailing;
    private bool _isClosed;
    private long _lost;

    /// <param name="name">What it is called in messages.</param>
    /// <param name="output">Not disposed of.</param>
    /// <param name="log">Where it says that it cannot be written.</param>
    public LogSink(string name, Stream output, ILogger log) => (_name, _output, _log) = (name, output, log);

    /// <param name="path">The file; made where it is not there.</param>
    /// <param name="log">Where it says that it cannot be written.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public LogSink(string path, ILogger log)
        : this(path, AppendedFile.Open(path), log) => _isFile = true;

    /// <param name="line">What writes a line, with its end.</param>
    /// <param name="state">What the line is about.</param>
    public void Write<T>(LineFormat<T> line, T state)
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            if (_filling.WrittenCount >= Capacity)
                Interlocked.Increment(ref _lost);
            else
                line.Write(state, _filling);
            Begin();
        }
    }

    /// <summary>Closes a file and opens its name again, which may lead to another one by now. Anything else is left alone.</summary>
    public void Reopen()
    {
        if (!_isFile)
            return;
        lock (_lock)
        {
            if (_isClosed)
                return;
            _mustReopen = true;
            Begin();
        }
    }

    /// <summary>Returns when all that was put in has been written or lost.</summary>
    public Task Flush()
    {
        lock (_lock)
            return _isWorking ? (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
    }

    /// <summary>Closes a file; lines that come later are dropped. To be called when all is flushed, or never will be.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            // Where it is still written to, somebody else holds it up.
            if (_isFile && !_isWorking)
                _output.Dispose();
        }
    }

    private void Begin()
    {
        if (_isWorking)
            return;
        _isWorking = true;
        ThreadPool.UnsafeQueueUserWorkItem(static sink => sink.Work(), this, preferLocal: false);
    }

    private void Work()
    {
        while (true)
        {
            bool mustReopen;
            lock (_lock)
            {
                if (_filling.WrittenCount == 0 && !_mustReopen)
                {
                    if (!_isFailing && Interlocked.Exchange(ref _lost, 0) is var lost and > 0)
                        _log.LogBehind(_name, lost);
                    _isWorking = false;
                    _idle?.SetResult();
                    _idle = null;
                    return;
                }
                (_filling, _writing) = (_writing, _filling);
                (mustReopen, _mustReopen) = (_mustReopen, false);
            }
            // What waited was written under the old name.
            WriteOut(_writing.WrittenSpan);
            // A burst's memory is not kept.
            if (_writing.Capacity > 256 * 1024)
                _writing = new ArrayBufferWriter<byte>(4096);
            else
                _writing.ResetWrittenCount();
            if (mustReopen)
                OpenAgain();
        }
    }

    private void WriteOut(ReadOnlySpan<byte> lines)
    {
        if (lines.IsEmpty)
            return;
        try
        {
            // What failed may have been written in part: the next line begins at a line's beginning.
            if (_isTorn)
                _output.Write("\n"u8);
            _output.Write(lines);
            _isTorn = false;
            if (!_isFailing)
                return;
            _isFailing = false;
            _log.LogWritable(_name, Interlocked.Exchange(ref _lost, 0));
        }
        catch (IOException failure)
        {
            Interlocked.Add(ref _lost, lines.Count((byte)'\n'));
            _isTorn = true;
            if (_isFailing)
                return;
            _isFailing = true;
            _log.LogUnwritable(_name, FileFault.Describe(failure));
        }
    }

    private void OpenAgain()
    {
        try
        {
            var next = AppendedFile.Open(_name);
            _output.Dispose();
            _output = next;
            _isTorn = false;
        }
        catch (IOException failure)
        {
            _log.LogNotReopened(_name, FileFault.Describe(failure));
        }
    }
}
