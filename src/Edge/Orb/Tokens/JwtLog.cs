using Microsoft.Extensions.Logging;

namespace Edge.Orb.Tokens;

/// <summary>What is said about the keys of tokens. No line has a token in it, or a part of one.</summary>
internal static partial class JwtLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "{Url}: {Count} keys")]
    public static partial void KeysFetched(this ILogger log, Uri url, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Url} was fetched again: {Count} keys")]
    public static partial void KeysFetchedAgain(this ILogger log, Uri url, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Url} could not be fetched: {Problem}; tokens are verified with the keys of before for a day, and refused with 503 where there are none; check `jwksUrl`")]
    public static partial void KeysNotFetched(this ILogger log, Uri url, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Url} is fetched without TLS: who is between can put a key of their own there; use an `https://` URL for `jwksUrl`")]
    public static partial void KeysInTheOpen(this ILogger log, Uri url);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path}: token refused: {Verdict}")]
    public static partial void TokenRefused(this ILogger log, string method, string? path, JwtVerdict verdict);
}
