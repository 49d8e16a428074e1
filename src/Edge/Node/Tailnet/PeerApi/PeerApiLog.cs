using Microsoft.Extensions.Logging;

namespace Edge.Node.Tailnet.PeerApi;

/// <summary>What is said of peers' requests.</summary>
internal static partial class PeerApiLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "a request of the peer {Peer} to this node's interface for peers is refused: {Why}")]
    public static partial void Strange(this ILogger log, string peer, string why);
}
