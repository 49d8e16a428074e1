using Edge.Foundation.Netmap;
using Edge.Foundation.Time;

namespace Edge.Protocols.Control.Messages;

/// <summary>
/// One message of the map stream (tailcfg.MapResponse, v1.96.5), read but not applied. A null says that the field was absent or null: nothing
/// changes. An empty list is a value.
/// </summary>
internal sealed class MapResponse
{
    /// <summary>Nothing but a sign of life, though it may carry a <see cref="Ping"/>.</summary>
    public bool IsKeepAlive { get; set; }

    public PingRequest? Ping { get; set; }

    /// <summary>A page that the server wants people to see.</summary>
    public string BrowseUrl { get; set; } = "";

    /// <summary>The server's clock.</summary>
    public UtcTime ControlTime { get; set; }

    public TailnetNode? Self { get; set; }

    /// <summary>Not empty: all peers there are, and the message's other changes of peers do not count.</summary>
    public List<TailnetNode>? Peers { get; set; }

    public List<TailnetNode>? PeersChanged { get; set; }

    public List<NodeId>? PeersRemoved { get; set; }

    public List<PeerPatch>? Patches { get; set; }

    /// <summary>True: it was seen just now. False: when it was seen is not known any more.</summary>
    public List<(NodeId Id, bool Seen)>? SeenChanges { get; set; }

    public List<(NodeId Id, bool Online)>? OnlineChanges { get; set; }

    public List<UserProfile>? Users { get; set; }

    public DnsConfig? Dns { get; set; }

    public RelayChange? Relays { get; set; }

    /// <summary>Empty: no change.</summary>
    public string Domain { get; set; } = "";

    /// <summary>The rules of the filter named "base".</summary>
    public ValueList<FilterRule>? BaseFilter { get; set; }

    /// <summary>By name; null rules take the filter away, and all of them under the name "*".</summary>
    public List<(string Name, ValueList<FilterRule>? Rules)>? Filters { get; set; }

    /// <summary>Texts of an older kind than <see cref="Messages"/>.</summary>
    public List<string>? Health { get; set; }

    /// <summary>By ID; a null takes the message away, and all of them under the ID "*".</summary>
    public List<(string Id, DisplayMessage? Message)>? Messages { get; set; }

    public TailnetLockState? Lock { get; set; }

    /// <summary>Where to find the server from now on; empty: by its name.</summary>
    public ValueList<ControlCandidate>? DialPlan { get; set; }
}
