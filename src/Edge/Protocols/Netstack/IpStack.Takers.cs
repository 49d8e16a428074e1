using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

// Beside the system, which has the same addresses by a TUN interface: the stack has what it opened, and the system all else.
internal sealed partial class IpStack
{
    /// <summary>
    /// Whom a packet is for. Connections, ports and sockets of the stack are the stack's, and so is what goes to others than us, which is a router's;
    /// the system answers pings, and has the ports that the stack does not. Errors are about what either may have sent, and are nothing to the other.
    /// </summary>
    public PacketTakers TakersOf(ReadOnlySpan<byte> packet)
    {
        if (packet.Length > 0 && packet[0] >> 4 == 6)
        {
            // What stands behind extensions is of no connection of the stack's: nobody sends them to it.
            return Ipv6Header.TryRead(packet, out var v6) ? TakersOf(new IpAddress(v6.Source), new IpAddress(v6.Destination), v6.NextHeader, v6.Payload) : PacketTakers.System;
        }
        if (!Ipv4Header.TryRead(packet, out var ip))
            return PacketTakers.System;
        var destination = IpAddress.V4(ip.Destination);
        // Of fragments the first alone says for whom they are.
        return (ip.MoreFragments || ip.FragmentOffset != 0) && _locals.Contains(destination)
            ? PacketTakers.System
            : TakersOf(IpAddress.V4(ip.Source), destination, ip.Protocol, ip.Payload);
    }

    private PacketTakers TakersOf(IpAddress source, IpAddress destination, IpProtocol protocol, ReadOnlySpan<byte> payload)
    {
        if (!_locals.Contains(destination))
            return PacketTakers.Stack;
        switch (protocol)
        {
            case IpProtocol.Tcp:
                return TransportPorts.TryRead(payload, out var tcp) && HasTcp(source, tcp.SourcePort, destination, tcp.DestinationPort) ? PacketTakers.Stack : PacketTakers.System;
            case IpProtocol.Udp:
                return TransportPorts.TryRead(payload, out var udp) && HasUdp(destination, udp.DestinationPort) ? PacketTakers.Stack : PacketTakers.System;
            case IpProtocol.Icmp:
                return payload.Length > 0 && IsOfBoth((IcmpType)payload[0]) ? PacketTakers.Both : PacketTakers.System;
            case IpProtocol.Icmpv6:
                return payload.Length > 0 && IsOfBoth((Icmpv6Type)payload[0]) ? PacketTakers.Both : PacketTakers.System;
            case IpProtocol.Tsmp:
                return PacketTakers.Stack;
            default:
                return PacketTakers.System;
        }
    }

    // Either may have pinged: a pong that is none of its own is nothing to it.
    private bool IsOfBoth(IcmpType type) => type is IcmpType.DestinationUnreachable or IcmpType.TimeExceeded || (type == IcmpType.EchoReply && _pings.Count > 0);

    private bool IsOfBoth(Icmpv6Type type) =>
        type is Icmpv6Type.DestinationUnreachable or Icmpv6Type.PacketTooBig or Icmpv6Type.TimeExceeded || (type == Icmpv6Type.EchoReply && _pings.Count > 0);

    private bool HasTcp(IpAddress source, ushort sourcePort, IpAddress destination, ushort port) =>
        FindListener(destination, port) is { Port: not 0 } || (_flows.Count > 0 && _flows.ContainsKey(new FlowKey(destination, port, source, sourcePort)));

    private bool HasUdp(IpAddress destination, ushort port) => port != 0 && (_sockets.ContainsKey((destination, port)) || _sockets.ContainsKey((null, port)));
}
