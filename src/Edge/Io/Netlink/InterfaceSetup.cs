using System.Runtime.InteropServices;
using Edge.Foundation.Addresses;
using Edge.Io.Native;

namespace Edge.Io.Netlink;

/// <summary>Sets an interface up: MTU, addresses, routes and rules, over netlink. What is there already is no error.</summary>
internal sealed class InterfaceSetup : IDisposable
{
    // linux/if_link.h, if_addr.h, rtnetlink.h, fib_rules.h, if.h
    private const ushort LinkMtu = 4;
    private const ushort LinkGsoMaxSegments = 40;
    private const ushort AddressAddress = 1;
    private const ushort AddressLocal = 2;
    private const ushort AddressFlags = 8;
    private const uint NoDuplicateDetection = 2; // IFA_F_NODAD
    private const ushort RouteDestination = 1;
    private const ushort RouteInterface = 4;
    private const ushort RouteTable = 15;
    private const ushort RulePriority = 6;
    private const ushort RuleMark = 10;
    private const ushort RuleMarkMask = 16;
    private const ushort RuleSuppressPrefix = 14;
    private const ushort RuleTable = 15;
    private const uint RuleInvert = 2;           // FIB_RULE_INVERT
    private const uint InterfaceUp = 1;          // IFF_UP
    private const byte ScopeLink = 253;
    private const byte ScopeUniverse = 0;
    private const byte TypeUnicast = 1;          // RTN_UNICAST, FR_ACT_TO_TBL
    private const byte ProtocolBoot = 3;         // RTPROT_BOOT

    private readonly NetlinkSocket _socket = new();

    /// <summary>Sets the MTU and brings the interface up.</summary>
    /// <exception cref="SystemError"/>
    public void Up(uint index, int mtu) => Check(_socket.Execute(new NetlinkMessage(NetlinkMessage.NewLink, NetlinkMessage.Acknowledge)
        .With(LinkBody(index, InterfaceUp, InterfaceUp))
        .Attribute(LinkMtu, (uint)mtu)), $"setting MTU {mtu} and bringing the interface up");

    /// <summary>Asks the kernel to make large packets of at most so many segments, so that each fits one datagram run.</summary>
    /// <returns>False where the kernel does not let itself be told.</returns>
    public bool TryLimitSegments(uint index, int segments) => _socket.Execute(new NetlinkMessage(NetlinkMessage.NewLink, NetlinkMessage.Acknowledge)
        .With(LinkBody(index, 0, 0))
        .Attribute(LinkGsoMaxSegments, (uint)segments)) == 0;

    /// <exception cref="SystemError"/>
    public void AddAddress(uint index, IpAddress address, int prefixLength)
    {
        var message = Address(NetlinkMessage.NewAddress, NetlinkMessage.Acknowledge | NetlinkMessage.Create | NetlinkMessage.Exclusive, index, address, prefixLength);
        // Nobody else can have it behind this interface: without this an IPv6 address could not be bound for a second.
        if (!address.IsV4)
            message.Attribute(AddressFlags, NoDuplicateDetection);
        Check(_socket.Execute(message), $"adding the address {address}/{prefixLength}", address.IsV4 ? "" : "Is IPv6 disabled on this machine (net.ipv6.conf.all.disable_ipv6)?");
    }

    /// <summary>Removes an address; one that is gone already is no error.</summary>
    /// <exception cref="SystemError"/>
    public void RemoveAddress(uint index, IpAddress address, int prefixLength)
    {
        if (_socket.Execute(Address(NetlinkMessage.DeleteAddress, NetlinkMessage.Acknowledge, index, address, prefixLength)) is var error and not Errno.AddressNotAvailable)
            Check(error, $"removing the address {address}/{prefixLength}");
    }

    /// <summary>Removes a route; one that is gone already is no error.</summary>
    /// <exception cref="SystemError"/>
    public void RemoveRoute(uint index, IpPrefix destination, uint table)
    {
        if (_socket.Execute(Route(NetlinkMessage.DeleteRoute, NetlinkMessage.Acknowledge, index, destination, table)) is var error and not Errno.NoSuchProcess)
            Check(error, $"removing the route to {destination}");
    }

    /// <exception cref="SystemError"/>
    public void AddRoute(uint index, IpPrefix destination, uint table)
    {
        var flags = NetlinkMessage.Acknowledge | NetlinkMessage.Create | NetlinkMessage.Exclusive;
        Check(_socket.Execute(Route(NetlinkMessage.NewRoute, (ushort)flags, index, destination, table)), $"adding the route to {destination}");
    }

    /// <summary>Whether a table has a route of either family.</summary>
    public bool IsTableInUse(uint table)
    {
        foreach (var isV4 in (ReadOnlySpan<bool>)[true, false])
        {
            var body = new byte[12];
            body[0] = Family(isV4);
            foreach (var route in _socket.List(new NetlinkMessage(NetlinkMessage.GetRoute, NetlinkMessage.Dump).With(body), "listing the routes"))
            {
                if (TableOf(route) == table)
                    return true;
            }
        }
        return false;
    }

    /// <exception cref="SystemError"/>
    public void AddRule(RoutingRule rule) => Check(
        _socket.Execute(Rule(NetlinkMessage.NewRule, NetlinkMessage.Acknowledge | NetlinkMessage.Create | NetlinkMessage.Exclusive, rule)), $"adding the {rule}");

    /// <summary>Removes a rule; one that is gone already is no error.</summary>
    /// <returns>0, or the errno.</returns>
    public int RemoveRule(RoutingRule rule)
    {
        var error = _socket.Execute(Rule(NetlinkMessage.DeleteRule, NetlinkMessage.Acknowledge, rule));
        return error is Errno.NoSuchFile or Errno.NoSuchProcess or Errno.NoFamily ? 0 : error;
    }

    /// <summary>The rules of a family: those parts of them that <see cref="RoutingRule"/> has. None where the machine does not have the family.</summary>
    /// <exception cref="SystemError"/>
    public List<RoutingRule> ListRules(bool isV4)
    {
        var body = new byte[12];
        body[0] = Family(isV4);
        try
        {
            var answers = _socket.List(new NetlinkMessage(NetlinkMessage.GetRule, NetlinkMessage.Dump).With(body), "listing the rules");
            return [.. answers.Where(static answer => answer.Length >= 12).Select(answer => ReadRule(answer, isV4))];
        }
        catch (SystemError e) when (e.Errno is Errno.NoFamily or Errno.NotSupported)
        {
            return [];
        }
    }

    public void Dispose() => _socket.Dispose();

    private static NetlinkMessage Address(ushort type, ushort flags, uint index, IpAddress address, int prefixLength)
    {
        // struct ifaddrmsg: family, prefix length, flags, scope, index.
        var body = new byte[8];
        body[0] = Family(address.IsV4);
        body[1] = (byte)prefixLength;
        MemoryMarshal.Write(body.AsSpan(4), index);
        return new NetlinkMessage(type, flags).With(body)
            .Attribute(AddressLocal, address)
            .Attribute(AddressAddress, address);
    }

    private static NetlinkMessage Route(ushort type, ushort flags, uint index, IpPrefix destination, uint table)
    {
        // struct rtmsg: family, destination and source length, TOS, table, protocol, scope, type, flags.
        var isV4 = destination.Address.IsV4;
        var body = new byte[12];
        body[0] = Family(isV4);
        body[1] = (byte)destination.Length;
        body[4] = (byte)(table < 256 ? table : 252 /* RT_TABLE_COMPAT */);
        body[5] = ProtocolBoot;
        body[6] = isV4 ? ScopeLink : ScopeUniverse;
        body[7] = TypeUnicast;
        return new NetlinkMessage(type, flags).With(body)
            .Attribute(RouteDestination, destination.Address)
            .Attribute(RouteInterface, index)
            .Attribute(RouteTable, table);
    }

    private static NetlinkMessage Rule(ushort type, ushort flags, RoutingRule rule)
    {
        // struct fib_rule_hdr: family, destination and source length, TOS, table, two reserved bytes, action, flags.
        var body = new byte[12];
        body[0] = Family(rule.IsV4);
        body[4] = (byte)(rule.Table < 256 ? rule.Table : 252);
        body[7] = TypeUnicast;
        MemoryMarshal.Write(body.AsSpan(8), rule.UnlessMark != 0 ? RuleInvert : 0u);
        var message = new NetlinkMessage(type, flags).With(body).Attribute(RuleTable, rule.Table);
        if (rule.Priority != 0)
            message.Attribute(RulePriority, rule.Priority);
        if (rule.UnlessMark != 0)
            message.Attribute(RuleMark, rule.UnlessMark);
        if (rule.MarkMask != 0)
            message.Attribute(RuleMarkMask, rule.MarkMask);
        if (rule.SuppressesDefault)
            message.Attribute(RuleSuppressPrefix, 0u);
        return message;
    }

    private static RoutingRule ReadRule(ReadOnlySpan<byte> bytes, bool isV4)
    {
        var isInverted = (MemoryMarshal.Read<uint>(bytes[8..]) & RuleInvert) != 0;
        uint table = bytes[4], mark = 0, mask = 0, priority = 0;
        var suppressesDefault = false;
        var attributes = bytes[12..];
        while (NetlinkMessage.TryNext(ref attributes, out var type, out var value))
        {
            if (value.Length != 4)
                continue;
            var number = NetlinkMessage.Read32(value);
            switch (type)
            {
                case RuleTable: table = number; break;
                case RuleMark: mark = number; break;
                case RuleMarkMask: mask = number; break;
                case RulePriority: priority = number; break;
                case RuleSuppressPrefix: suppressesDefault = number == 0; break;
            }
        }
        return new RoutingRule(isV4, table, isInverted ? mark : 0, suppressesDefault) { MarkMask = mask, Priority = priority };
    }

    private static uint TableOf(ReadOnlySpan<byte> route)
    {
        if (route.Length < 12)
            return 0;
        uint table = route[4];
        var attributes = route[12..];
        while (NetlinkMessage.TryNext(ref attributes, out var type, out var value))
        {
            if (type == RouteTable && value.Length == 4)
                table = NetlinkMessage.Read32(value);
        }
        return table;
    }

    private static byte[] LinkBody(uint index, uint flags, uint change)
    {
        // struct ifinfomsg: family, padding, type, index, flags, the mask of what changes.
        var body = new byte[16];
        MemoryMarshal.Write(body.AsSpan(4), index);
        MemoryMarshal.Write(body.AsSpan(8), flags);
        MemoryMarshal.Write(body.AsSpan(12), change);
        return body;
    }

    private static byte Family(bool isV4) => (byte)(isV4 ? 2 : 10);

    private static void Check(int error, string what, string advice = "")
    {
        if (error is not 0 and not Errno.Exists)
            throw new SystemError(what, error, error is Errno.NotPermitted ? "It takes root or CAP_NET_ADMIN." : advice);
    }
}
