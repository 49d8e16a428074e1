using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Filter;

/// <summary>
/// The packet filter: which packets from the tunnel reach this node, and which leave it. One look-up a packet, which allocates nothing; what it costs as the
/// rules grow is told at <see cref="FilterRules"/>. It decides as Tailscale's clients do (wgengine/filter/filter.go of 1.96.5): who may open what is
/// decided by the receiver alone, and of a TCP connection only its first segment is judged. Without rules nothing new comes in. Driven by one thread.
/// </summary>
/// <remarks>The flows live as long as the filter: a change of the rules does not cut off answers that are under way.</remarks>
internal sealed class Filter
{
    /// <summary>Below it there cannot be an IP header.</summary>
    private const int Shortest = Ipv4Header.Size;

    private const uint CloudDns = 0xa9fe_a9fe;

    private readonly FlowTable _flows = new();
    private FlowTable? _jailedFlows;
    private AddressSet _local = new([]);
    private bool _isShieldsUp;

    /// <summary>Exchanged as a whole when the policy changes.</summary>
    public FilterRules Rules { get; set; } = new(default);

    /// <summary>The peers' capabilities, kept in step with the netmap by whoever owns the filter.</summary>
    public SourceCapabilities Capabilities { get; } = new();

    /// <summary>No new flows from outside, whatever the rules. Turning it on forgets the flows too.</summary>
    public bool IsShieldsUp
    {
        get => _isShieldsUp;
        set
        {
            if (value && !_isShieldsUp)
                _flows.Clear();
            _isShieldsUp = value;
        }
    }

    /// <summary>This node's addresses and the routes it advertises: no other destination is let in, whatever the rules.</summary>
    public void SetLocal(ReadOnlySpan<IpPrefix> prefixes) => _local = new AddressSet(prefixes);

    /// <param name="packet">From the tunnel; that its source is the peer's has been checked.</param>
    /// <param name="isJailed">The peer may answer, but opens nothing (tailcfg.Node.IsJailed).</param>
    public FilterVerdict Inbound(ReadOnlySpan<byte> packet, bool isJailed = false)
    {
        var found = PacketSummary.Read(packet);
        return new(Before(packet.Length, found) ?? Inbound(found, isJailed), found.Protocol);
    }

    /// <summary>Judges a packet that leaves, and remembers the flow for its answers. Jailed is the peer that it goes to.</summary>
    public FilterVerdict Outbound(ReadOnlySpan<byte> packet, bool isJailed = false)
    {
        var found = PacketSummary.Read(packet);
        if (Before(packet.Length, found) is { } before)
            return new(before, found.Protocol);
        if (found.Protocol is IpProtocol.Udp or IpProtocol.Sctp)
        {
            // The two kinds do not share flows: a peer that is jailed later has none (ipn/ipnlocal/local.go, updateFilterLocked).
            var flows = isJailed ? _jailedFlows ??= new() : _flows;
            flows.Add(new(found.Protocol, found.Destination, found.DestinationPort, found.Source, found.SourcePort));
        }
        return new(FilterReason.Outbound, found.Protocol);
    }

    /// <summary>Whether a peer could open this: what a packet of that kind would meet, of TCP the first segment.</summary>
    public FilterVerdict Check(IpProtocol protocol, IpAddress source, IpAddress destination, ushort destinationPort)
    {
        var found = PacketSummary.Of(protocol, source, destination, destinationPort);
        var reason = source.IsV4 != destination.IsV4 ? FilterReason.NoRule : Before(Shortest, found) ?? Inbound(found, isJailed: false);
        return new(reason, protocol);
    }

    /// <summary>What both directions are asked first; null: nothing decided.</summary>
    private static FilterReason? Before(int length, in PacketSummary packet)
    {
        if (length == 0)
            return FilterReason.Empty;
        if (length < Shortest)
            return FilterReason.TooShort;
        if (packet.Protocol == PacketSummary.Unknown)
            return FilterReason.UnknownProtocol;
        // An address that is mapped into IPv6 counts as the IPv4 address here; the exception below is for IPv4 itself.
        var destination = packet.Destination;
        if (destination.IsMulticast)
            return FilterReason.Multicast;
        if (destination.IsLinkLocal)
        {
            // What clouds answer names on, and routers may pass on (filter.go, gcpDNSAddr).
            if (packet.Version == 6 || destination.V4Bits != CloudDns)
                return FilterReason.LinkLocal;
        }
        return packet.Protocol == PacketSummary.LaterFragment ? FilterReason.LaterFragment : null;
    }

    private FilterReason Inbound(in PacketSummary packet, bool isJailed)
    {
        var isV6 = packet.Version == 6;
        if (!_local.Contains(isV6, packet.Destination))
            return FilterReason.NotLocal;
        switch (packet.Protocol)
        {
            case IpProtocol.Tcp:
                if (!packet.IsTcpSyn)
                    return FilterReason.TcpEstablished;
                return Admits(packet, isJailed, FilterQuestion.Port(packet.Protocol, packet.DestinationPort)) ? FilterReason.TcpRule : FilterReason.NoRule;
            case IpProtocol.Udp or IpProtocol.Sctp:
                if ((isJailed ? _jailedFlows : _flows) is { } flows && flows.Find(new(packet.Protocol, packet.Source, packet.SourcePort, packet.Destination, packet.DestinationPort)))
                    return FilterReason.Flow;
                return Admits(packet, isJailed, FilterQuestion.Port(packet.Protocol, packet.DestinationPort)) ? FilterReason.Rule : FilterReason.NoRule;
            case IpProtocol.Icmp when !isV6:
            case IpProtocol.Icmpv6 when isV6:
                if (packet.Icmp is IcmpKind.EchoReply or IcmpKind.Error)
                    return FilterReason.IcmpReply;
                return Admits(packet, isJailed, FilterQuestion.Anything) ? FilterReason.IcmpRule : FilterReason.NoRule;
            case IpProtocol.Tsmp:
                return FilterReason.Tsmp;
            default:
                return Admits(packet, isJailed, FilterQuestion.Whole(packet.Protocol)) ? FilterReason.ProtocolRule : FilterReason.NoProtocolRule;
        }
    }

    private bool Admits(in PacketSummary packet, bool isJailed, in FilterQuestion question)
    {
        if (_isShieldsUp || isJailed)
            return false;
        var isV6 = packet.Version == 6;
        return Rules.Admits(isV6, packet.Source, packet.Destination, question)
            || Capabilities.Admit(Rules, isV6, packet.Source, packet.Destination, question);
    }
}
