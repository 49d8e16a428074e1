using Microsoft.Extensions.Logging;

namespace Edge.Node.Tailnet.Pings;

/// <summary>What is said of a control server's pings.</summary>
internal static partial class PingLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "a ping of the control server is answered: {What}")]
    public static partial void Answered(this ILogger log, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a ping of the control server is not answered ({What}): {Why}")]
    public static partial void NotAnswered(this ILogger log, string what, string why);
}
