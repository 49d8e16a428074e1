using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Dataplane;

/// <summary>Whose connections and sockets an engine's netstack has.</summary>
internal interface INetstackUser
{
    /// <summary>Something happened to one of them. Called between the stack's own calls: it may use all of them.</summary>
    void Happened(Timestamp now, in NetstackEvent happened);
}
