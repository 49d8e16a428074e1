using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Node.Networks;

/// <summary>Takes what comes in for addresses that are not this side's own. Called on the network's thread: it hands on and returns at once.</summary>
internal interface INetworkRouter
{
    /// <summary>A SYN waits for an answer, in <see cref="TcpState.Undecided"/>.</summary>
    void Incoming(Timestamp now, TcpConnection tcp);

    /// <summary>There are datagrams to read.</summary>
    void Arrived(Timestamp now, UdpSocket socket);
}
