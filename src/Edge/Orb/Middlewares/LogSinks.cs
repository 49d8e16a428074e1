using Microsoft.Extensions.Logging;

namespace Edge.Orb.Middlewares;

/// <summary>The outputs of access logs: one sink for each, however many write to it, so that lines stay whole.</summary>
/// <param name="standardOutput">What <c>stdout</c> means.</param>
/// <param name="standardError">What <c>stderr</c> means.</param>
/// <param name="log">Where a sink says that it cannot be written.</param>
internal sealed class LogSinks(Stream standardOutput, Stream standardError, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan s_flushLimit = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, LogSink> _sinks = new(StringComparer.Ordinal);

    /// <param name="output"><c>stdout</c>, <c>stderr</c> or a path. To be called while the configuration is compiled.</param>
    /// <exception cref="OrbException">The file cannot be opened.</exception>
    public LogSink Of(string output)
    {
        if (!_sinks.TryGetValue(output, out var sink))
            _sinks[output] = sink = Open(output);
        return sink;
    }

    /// <summary>Opens files again. Safe to use from any thread.</summary>
    public void Reopen()
    {
        foreach (var sink in _sinks.Values)
            sink.Reopen();
    }

    /// <summary>Returns when what was logged is written, or nobody takes it.</summary>
    public async Task Flush()
    {
        try
        {
            await Task.WhenAll(_sinks.Values.Select(sink => sink.Flush())).WaitAsync(s_flushLimit);
        }
        catch (TimeoutException)
        {
            // A pipe that nobody reads does not keep the process.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Flush();
        foreach (var sink in _sinks.Values)
            sink.Close();
    }

    private LogSink Open(string output)
    {
        try
        {
            return output switch
            {
                "stdout" => new LogSink(output, standardOutput, log),
                "stderr" => new LogSink(output, standardError, log),
                _ => new LogSink(output, log),
            };
        }
        catch (IOException failure)
        {
            throw new OrbException($"the access log `{output}` cannot be written: {failure.Message}", "Make its folder, or set `output` to a file that edge may write, `stdout` or `stderr`.", inner: failure);
        }
    }
}
