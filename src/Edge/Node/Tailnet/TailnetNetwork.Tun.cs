using Edge.Foundation.Netmap;
using Edge.Node.Networks;
using Edge.Node.Tailnet.Tun;

namespace Edge.Node.Tailnet;

// The network as an interface of the host, beside what the server has of it: the server's ports and connections stay the netstack's, which other
// programs cannot take from it, by which it knows its callers, and to which another network's addresses may be the same. The host has all else.
internal sealed partial class TailnetNetwork
{
    private readonly HostRoutes _hostRoutes;

    /// <summary>The interface's name; null: the host has none of this network.</summary>
    public string? InterfaceName => _opened?.Interface?.Device.Name;

    /// <summary>Of the process's own sockets, so that they do not go into the interface; 0: there is none.</summary>
    private uint Mark => _settings.DataPlane.Tun ? HostInterface.Mark : 0;

    private HostInterface? OpenInterface() =>
        _settings.DataPlane.Tun ? HostInterface.Open(_settings.DataPlane.TunName, _settings.DataPlane.Mtu, what => _log.Reported(Network.Name, what)) : null;

    private void FollowInterface(Opened opened, NetworkMap map, bool isFirst)
    {
        if (opened.Interface is not { } device)
            return;
        device.Apply(map, _hostRoutes);
        if (isFirst)
            _log.InterfaceUp(Network.Name, device.Device.Name);
    }
}
