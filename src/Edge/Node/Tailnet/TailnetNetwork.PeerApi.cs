using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;
using Edge.Node.Networks;
using Edge.Node.Tailnet.PeerApi;
using Edge.Protocols.Dns;

namespace Edge.Node.Tailnet;

// What peers are served beside the configured ports.
internal sealed partial class TailnetNetwork
{
    private NetworkListener? _peerApiListener;

    // Read by whoever tells the control server of this node.
    private ValueList<HostService> _services;

    /// <summary>Opens the interface for peers where they will look for it; again when this node's addresses are others.</summary>
    private void OpenPeerApi(Opened opened, TailnetNode self)
    {
        if (self.Addresses.IsEmpty)
            return;
        var port = PeerApiServer.PortFor(self.Addresses[0].Address, port => port == Tunnel.ListenPort);
        if (_peerApiListener?.Port != port)
        {
            if (_peerApiListener is not null)
                Network.Close(_peerApiListener);
            _peerApiListener = Network.Listen(port, _peerApi.Take);
            opened.Attachment.Shard.Post(_ => Network.Stack.PeerApiPort = port);
        }
        _services = PeerApiServer.Services(self, port);
    }

    /// <summary>
    /// The names of the internet for peers that use this node as their exit node. Whoever may reach any host by it may: the policy is asked as for a
    /// connection to a name server (peerapi.go, replyToDNSQueries).
    /// </summary>
    private async Task<ReadOnlyMemory<byte>?> AnswerForPeer(IpAddress peer, ReadOnlyMemory<byte> query)
    {
        if (_opened is not { } opened || !opened.Host.RoutableIps.Span.ToArray().Any(static route => route.Length == 0))
            return null;
        var isPermitted = false;
        try
        {
            // What stands for the internet in the rules of both families.
            var anywhere = peer.IsV4 ? IpAddress.V4(0) : new IpAddress((UInt128)0x2000 << 112);
            await opened.Attachment.Shard.Ask(_ => isPermitted = opened.Attachment.Engine.Tailnet!.MayConnect(peer, anywhere, 53));
        }
        catch (TimeoutException)
        {
            return null;
        }
        return isPermitted ? await Names.Ask(query, DnsTransport.Tcp) : null;
    }
}
