using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Protocols.Derp;
using Microsoft.Extensions.Logging;

namespace Edge.Relay;

/// <summary>What the relay says while it runs.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "relay: listening on {Address} (DERP over TLS) as {Key}")]
    public static partial void Listening(this ILogger log, string address, KeyOf<NodeKind> key);

    [LoggerMessage(Level = LogLevel.Information, Message = "relay: STUN on UDP port {Port}")]
    public static partial void Stun(this ILogger log, int port);

    [LoggerMessage(Level = LogLevel.Warning, Message = "relay: ANYBODY may use this relay: nobody is asked whom to admit. What one client may send: {Client}; all of them together: {Total}. Give `--admission-url URL`, or keep strangers away by a firewall")]
    public static partial void Open(this ILogger log, string client, string total);

    [LoggerMessage(Level = LogLevel.Warning, Message = "relay: there is no folder for state: the relay's key and certificate are new at each start, and clients that were told the certificate's hash will refuse the next one. Give `--state DIR`")]
    public static partial void Forgetful(this ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "relay: {Node} from {Address} is not admitted")]
    public static partial void Refused(this ILogger log, KeyOf<NodeKind> node, IPAddress address);

    [LoggerMessage(Level = LogLevel.Debug, Message = "relay: the connection from {Address} is closed: {Reason}")]
    public static partial void Closed(this ILogger log, IPAddress address, RelayCloseReason reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "relay: the connection from {Address} came to nothing: {Reason}")]
    public static partial void NotAgreed(this ILogger log, Endpoint address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "relay: whoever decides on admission does not answer: {Reason}; {Consequence}")]
    public static partial void NoVerdict(this ILogger log, string reason, string consequence);

    [LoggerMessage(Level = LogLevel.Information, Message = "relay: meshed with {Host}")]
    public static partial void Meshed(this ILogger log, string host);

    [LoggerMessage(Level = LogLevel.Warning, Message = "relay: no mesh with {Host}: {Reason}; tried again every {Seconds} s")]
    public static partial void NotMeshed(this ILogger log, string host, string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "relay: {Host} is this relay itself, and no more is made of it")]
    public static partial void IsSelf(this ILogger log, string host);

    [LoggerMessage(Level = LogLevel.Information, Message = "relay: stopping; clients are told to connect again")]
    public static partial void Stopping(this ILogger log);

    [LoggerMessage(Level = LogLevel.Error, Message = "relay: internal error; this is a bug in edge: report it with the lines below")]
    public static partial void Failed(this ILogger log, Exception failure);
}
