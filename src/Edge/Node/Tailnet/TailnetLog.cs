using Microsoft.Extensions.Logging;

namespace Edge.Node.Tailnet;

/// <summary>What a tailnet's node says: each step of the way once, and what changes.</summary>
internal static partial class TailnetLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: joining the tailnet of {Url} as {Host}, {How}")]
    public static partial void Joining(this ILogger log, string name, string url, string host, string how);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: WireGuard on UDP port {Port}")]
    public static partial void DataPath(this ILogger log, string name, int port);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: authenticated by the control server {Url}")]
    public static partial void Authenticated(this ILogger log, string name, string url);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: network map{Origin}: {Node} with the addresses {Addresses}, {Peers} peers")]
    public static partial void Mapped(this ILogger log, string name, string origin, string node, string addresses, int peers);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: MagicDNS: names of {Domain} are resolved here")]
    public static partial void Named(this ILogger log, string name, string domain);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: connections from the tunnel reach the HTTP server at the ports {Ports}")]
    public static partial void Bridged(this ILogger log, string name, string ports);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: other programs of this host reach the tailnet through the interface {Interface}, and are reached by it")]
    public static partial void InterfaceUp(this ILogger log, string name, string @interface);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name} is up: {Node}")]
    public static partial void TailnetUp(this ILogger log, string name, string node);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: the home relay is {Relay}")]
    public static partial void Home(this ILogger log, string name, string relay);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the network {Name}: no relay answers: peers reach this node directly, or not at all")]
    public static partial void NoHome(this ILogger log, string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: connected to the relay {Relay} of region {Region}")]
    public static partial void RelayUp(this ILogger log, string name, string relay, int region);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the network {Name}: the connection to the relay of region {Region} has ended: {Reason}")]
    public static partial void RelayEnded(this ILogger log, string name, int region, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the network {Name}: the relay of region {Region} is not reached: {Reason}")]
    public static partial void RelayFailed(this ILogger log, string name, int region, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the network {Name}: the relay of region {Region} says: {Text}")]
    public static partial void RelayHealth(this ILogger log, string name, int region, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: the path to {Peer} is {Path}")]
    public static partial void Path(this ILogger log, string name, string peer, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the network {Name}: to let this node in, open {Url}")]
    public static partial void Login(this ILogger log, string name, string url);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the network {Name}: an administrator must let the machine in")]
    public static partial void Approval(this ILogger log, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the network {Name}: the control server wants people to see {Url}")]
    public static partial void Page(this ILogger log, string name, string url);

    [LoggerMessage(Level = LogLevel.Error, Message = "the network {Name}: {Step} of {Url} failed: {Reason}. {Advice}It is tried again.")]
    public static partial void ControlFailed(this ILogger log, string name, string step, string url, string reason, string advice);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the network {Name}: the control server {Url} is not reached any more ({Reason}): the last network map stays in force")]
    public static partial void ControlLost(this ILogger log, string name, string url, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: the control server {Url} is reached again")]
    public static partial void ControlBack(this ILogger log, string name, string url);

    [LoggerMessage(Level = LogLevel.Information, Message = "the network {Name}: logged out")]
    public static partial void LoggedOut(this ILogger log, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the network {Name}: not logged out: {Reason}")]
    public static partial void NotLoggedOut(this ILogger log, string name, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the network {Name}: {Health}")]
    public static partial void Health(this ILogger log, string name, string health);
}
