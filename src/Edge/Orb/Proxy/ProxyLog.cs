using Microsoft.Extensions.Logging;

namespace Edge.Orb.Proxy;

internal static partial class ProxyLog
{
    [LoggerMessage(1, LogLevel.Warning, "{Method} {Target}: upstream {Upstream} failed: {Reason}; the client gets {Status}. Check that the upstream runs and that its address is right")]
    public static partial void Failed(ILogger log, string method, string target, string upstream, string reason, int status);

    [LoggerMessage(2, LogLevel.Warning, "{Method} {Target}: upstream {Upstream} failed: {Reason}; another is tried")]
    public static partial void Retried(ILogger log, string method, string target, string upstream, string reason);

    [LoggerMessage(3, LogLevel.Warning, "{Method} {Target}: upstream {Upstream} broke off its response: {Reason}; the client's connection is cut, so that it does not take the part for the whole")]
    public static partial void BrokeOff(ILogger log, string method, string target, string upstream, string reason);

    [LoggerMessage(4, LogLevel.Warning, "{Method} {Target}: no upstream is healthy; the client gets 503. See the messages that say why each was left out")]
    public static partial void NoneHealthy(ILogger log, string method, string target);

    [LoggerMessage(5, LogLevel.Warning, "upstream {Upstream} is left out after {Count} failed health checks: {Reason}")]
    public static partial void LeftOut(ILogger log, string upstream, int count, string reason);

    [LoggerMessage(6, LogLevel.Information, "upstream {Upstream} is used again after {Count} health checks that passed")]
    public static partial void BackInUse(ILogger log, string upstream, int count);

    [LoggerMessage(7, LogLevel.Warning, "upstream {Upstream} is left out for {Seconds} s after {Count} failures within {Window} s, the last: {Reason}")]
    public static partial void Ejected(ILogger log, string upstream, double seconds, int count, double window, string reason);

    [LoggerMessage(8, LogLevel.Debug, "{Method} {Target}: given up: {Reason}")]
    public static partial void ClientBrokeOff(ILogger log, string method, string target, string reason);
}
