using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Dataplane;

/// <summary>Whose connections and sockets an engine's netstack has.</summary>
internal interface INetstackUser
{
    /// <summary>Something happened to one of them. Called between the stack's own calls: it may use all of them.</summary>
    void Happened(Timestamp now, in NetstackEvent happened);

    /// <summary>Addresses of the netstack that this side alone may send to, such as those of the name server: what a peer sends there is dropped.</summary>
    ReadOnlySpan<IpAddress> OwnServices => default;
}
