using Microsoft.Extensions.Logging;

namespace Edge.Node.Networks;

/// <summary>What networks say while they run.</summary>
internal static partial class NetworkLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name} is up: WireGuard on UDP port {Port}, own addresses {Addresses}, {Peers} peers")]
    public static partial void Up(this ILogger log, string name, int port, string addresses, int peers);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: handshake with the peer {Peer} at {Endpoint}")]
    public static partial void Handshake(this ILogger log, string name, string peer, string endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the network {Name}: {What}")]
    public static partial void Reported(this ILogger log, string name, string what);

    [LoggerMessage(Level = LogLevel.Error, Message = "the network {Name} cannot be brought up: {Reason} It is tried again every {Seconds} s.")]
    public static partial void NotUp(this ILogger log, string name, string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "the network {Name} has ended by a fault; this is a bug in edge: report it with the lines below, and start edge again")]
    public static partial void Ended(this ILogger log, string name, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: {Kind} for other programs on {Address}")]
    public static partial void ProxyUp(this ILogger log, string name, string kind, string address);

    [LoggerMessage(Level = LogLevel.Error, Message = "the network {Name}: no {Kind} on {Address}: {Reason}. Choose another address in `tunnel`.")]
    public static partial void ProxyNotUp(this ILogger log, string name, string kind, string address, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the network {Name}: a connection of {Kind} has ended: {Reason}")]
    public static partial void ProxyConnectionEnded(this ILogger log, string name, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "the network {Name}: a connection of {Kind} has ended by a fault; this is a bug in edge: report it with the lines below")]
    public static partial void ProxyFailed(this ILogger log, string name, string kind, Exception failure);
}
