using Microsoft.Extensions.Logging;

namespace Edge.Orb.Middlewares;

/// <summary>What the access log's outputs say about themselves. A full disk is said once, not with each line.</summary>
internal static partial class SinkLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "the access log {Name} cannot be written: {Reason}; requests go on, their lines are lost until it can be; make room, or say `output` another way")]
    public static partial void LogUnwritable(this ILogger log, string name, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the access log {Name} is written again; {Lost} lines were lost")]
    public static partial void LogWritable(this ILogger log, string name, long lost);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lost} lines of the access log {Name} were lost: it was not written as fast as requests came; give it a faster disk, or a reader that keeps up")]
    public static partial void LogBehind(this ILogger log, string name, long lost);

    [LoggerMessage(Level = LogLevel.Error, Message = "the access log {Name} could not be opened again: {Reason}; lines go on to the file that is open; make its folder writable and send SIGHUP once more")]
    public static partial void LogNotReopened(this ILogger log, string name, string reason);
}
