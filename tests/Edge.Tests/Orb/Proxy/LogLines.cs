using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Edge.Tests.Orb.Proxy;

/// <summary>Keeps what is logged, and wakes who waits for a line.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = [];
    private volatile TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Text => string.Join('\n', _lines);

    /// <summary>Returns when a line has <paramref name="text"/> in it.</summary>
    public async Task WaitFor(string text)
    {
        while (true)
        {
            var more = _more;
            if (Text.Contains(text, StringComparison.Ordinal)) return;
            await more.Task.WaitAsync(Limits.Generous);
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue(formatter(state, exception));
        Interlocked.Exchange(ref _more, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
