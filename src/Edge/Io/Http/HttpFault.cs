using System.Net.Sockets;

namespace Edge.Io.Http;

/// <summary>What a server did wrong, in words: the platform's own messages are not in the executable.</summary>
internal static class HttpFault
{
    public static string Describe(Exception e)
    {
        if (Find<DialException>(e) is { } dial) return dial.Message;
        if (Find<HttpRuleException>(e) is { } rule) return rule.Message;
        var error = Find<HttpIOException>(e)?.HttpRequestError ?? Find<HttpRequestException>(e)?.HttpRequestError;
        switch (error)
        {
            case HttpRequestError.ResponseEnded: return "it closed the connection before its response was whole";
            case HttpRequestError.InvalidResponse: return "what it sent is not an HTTP response";
            case HttpRequestError.ConfigurationLimitExceeded: return "its response's header is larger than 64 KiB";
            case HttpRequestError.HttpProtocolError: return $"it broke HTTP/2's rules or reset the stream{(Find<HttpProtocolException>(e) is { } h2 ? $" (error code {h2.ErrorCode})" : "")}";
            case HttpRequestError.VersionNegotiationError: return "it does not speak HTTP/2, which gRPC and `h2c://` need";
        }
        if (Find<SocketException>(e) is { } socket) return $"the connection to it broke: {socket.SocketErrorCode}";
        return error is null or HttpRequestError.Unknown ? $"the connection to it broke ({e.GetType().Name})" : $"{error}";
    }

    /// <summary>Whether no connection was made, so that the request cannot have been seen.</summary>
    public static bool IsUnreached(Exception e) => Find<DialException>(e) is not null;

    private static T? Find<T>(Exception? e)
        where T : Exception
    {
        for (; e is not null; e = e.InnerException)
            if (e is T found)
                return found;
        return null;
    }
}
