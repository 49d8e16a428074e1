using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Edge.Io;

/// <summary>
/// The process's log: a line for each entry, as text for people or as JSON. Safe to use from any thread. A stream that cannot be
/// written (a full disk) loses lines and stops nothing; when it can be written again, the log says how many were lost.
/// </summary>
/// <param name="output">Where lines go; each is one write.</param>
/// <param name="least">What is below is dropped.</param>
/// <param name="isJson">JSON lines rather than text.</param>
/// <param name="time">The clock of the lines.</param>
internal sealed class Logs(Stream output, LogLevel least, bool isJson, TimeProvider time) : ILoggerFactory
{
    // Read by people and log collectors, not by browsers: quotes and what is not ASCII stay legible.
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _lock = new();
    private readonly MemoryStream _line = new();
    private long _lost;

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    /// <summary>There is one provider: this.</summary>
    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    // Libraries speak of their own trouble; only what concerns an operator is passed on, the rest from `debug` on.
    private bool IsEnabled(string category, LogLevel level) =>
        level >= least && level != LogLevel.None && (least <= LogLevel.Debug || !category.StartsWith("Microsoft.", StringComparison.Ordinal) || (level >= LogLevel.Warning && !IsOfClients(category)));

    // What clients do wrong is no trouble of ours, though Kestrel calls some of it critical; a client could fill the disk with it.
    private static bool IsOfClients(string category) => category is "Microsoft.AspNetCore.Server.Kestrel.BadRequests"
        or "Microsoft.AspNetCore.Server.Kestrel.Connections" or "Microsoft.AspNetCore.Server.Kestrel.Http2";

    private void Write(string category, LogLevel level, string message, Exception? failure)
    {
        lock (_lock)
        {
            try
            {
                if (_lost > 0)
                {
                    WriteLine("log", LogLevel.Warning, string.Create(CultureInfo.InvariantCulture, $"{_lost} lines were lost: the log could not be written; make room where standard error goes"), null);
                    _lost = 0;
                }
                WriteLine(category, level, message, failure);
            }
            catch (IOException)
            {
                _lost++;
            }
        }
    }

    private void WriteLine(string category, LogLevel level, string message, Exception? failure)
    {
        _line.SetLength(0);
        if (isJson)
            WriteJson(category, level, message, failure);
        else
            WriteText(category, level, message, failure);
        output.Write(_line.GetBuffer().AsSpan(0, (int)_line.Length));
    }

    private void WriteText(string category, LogLevel level, string message, Exception? failure)
    {
        var text = new StringBuilder();
        text.Append(time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", CultureInfo.InvariantCulture))
            .Append(NameOf(level).ToUpperInvariant().PadRight(6)).Append(category).Append(": ");
        AppendPrintable(text, message);
        text.Append('\n');
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            text.Append("    ");
            AppendPrintable(text, $"{inner.GetType().Name}: {inner.Message}");
            text.Append('\n').Append(inner.StackTrace).Append(inner.StackTrace is null ? "" : "\n");
        }
        _line.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private void WriteJson(string category, LogLevel level, string message, Exception? failure)
    {
        using (var json = new Utf8JsonWriter(_line, s_json))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", NameOf(level));
            json.WriteString("source", category);
            json.WriteString("message", message);
            if (failure is not null)
                json.WriteString("error", failure.ToString());
            json.WriteEndObject();
        }
        _line.WriteByte((byte)'\n');
    }

    // What clients send must not start a line of its own or reach the terminal as a command.
    private static void AppendPrintable(StringBuilder text, string message)
    {
        foreach (var character in message)
        {
            if (char.IsControl(character))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                text.Append(character);
        }
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    private sealed class Category(Logs logs, string name) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logs.IsEnabled(name, logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                logs.Write(name, logLevel, formatter(state, exception), exception);
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
