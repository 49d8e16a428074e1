using System.Runtime.InteropServices;
using Edge.Foundation.Addresses;
using Edge.Io.Native;

namespace Edge.Io.Netlink;

/// <summary>The addresses of this machine at which others may reach it.</summary>
internal static class LocalAddresses
{
    // linux/if_addr.h
    private const ushort AddressAddress = 1;
    private const ushort AddressLocal = 2;
    private const ushort AddressFlags = 8;
    private const uint Unusable = 0x08 | 0x20 | 0x40; // IFA_F_DADFAILED | IFA_F_DEPRECATED | IFA_F_TENTATIVE

    /// <summary>
    /// Those that can be told others, in the kernel's order: without loopback and link-local ones, unless there is nothing else: a function in a
    /// cloud may have 169.254.0.0/16 only, and nodes of one host its loopback.
    /// </summary>
    /// <exception cref="SystemError">The kernel does not say.</exception>
    public static List<IpAddress> List()
    {
        using var socket = new NetlinkSocket();
        // struct ifaddrmsg: family, prefix length, flags, scope, index; all zero asks for all.
        var bodies = socket.List(new NetlinkMessage(NetlinkMessage.GetAddress, NetlinkMessage.Dump).With(stackalloc byte[8]), "asking for the machine's addresses");
        List<IpAddress> all = [];
        foreach (var body in bodies)
        {
            if (TryRead(body, out var address))
                all.Add(address);
        }
        return Choose(all);
    }

    internal static List<IpAddress> Choose(List<IpAddress> all)
    {
        var usable = all.FindAll(static address => !address.IsLoopback && !address.IsLinkLocal && !IsOfTailnets(address));
        if (usable.Count == 0)
            usable = all.FindAll(static address => address.IsV4 && address.IsLinkLocal);
        if (usable.Count == 0)
            usable = all.FindAll(static address => address.IsLoopback);
        return usable;
    }

    /// <summary>Of an interface of this or another program's tailnet: whoever could send there needs no address.</summary>
    private static bool IsOfTailnets(IpAddress address) => (address.IsV4 ? TailnetRanges.V4 : TailnetRanges.V6).Contains(address);

    private static bool TryRead(ReadOnlySpan<byte> body, out IpAddress address)
    {
        address = default;
        if (body.Length < 8)
            return false;
        uint flags = body[2];
        var isLocal = false;
        var attributes = body[8..];
        while (NetlinkMessage.TryNext(ref attributes, out var type, out var value))
        {
            if (type == AddressFlags && value.Length == 4)
                flags = MemoryMarshal.Read<uint>(value);
            // On a link of two ends the one is this side's, the other the far side's.
            if (value.Length is 4 or 16 && (type == AddressLocal || (type == AddressAddress && !isLocal)))
                (address, isLocal) = (IpAddress.Read(value), type == AddressLocal);
        }
        return address != default && (flags & Unusable) == 0;
    }
}
