using System.Buffers.Binary;
using Edge.Foundation.Wire;

namespace Edge.Tests.Netstack;

/// <summary>What routers say.</summary>
internal static class Icmp
{
    public static byte[] TooBig(byte[] packet, ushort mtu)
    {
        Ipv4Header.TryRead(packet, out var ip);
        var error = new byte[28 + 28];
        Ipv4Header.WriteHeader(error, 5, 0, 0, (ushort)error.Length, 0, false, false, 0, 64, IpProtocol.Icmp, 0, 0x0a0000fe, ip.Source);
        BinaryPrimitives.WriteUInt16BigEndian(error.AsSpan(Ipv4Header.ChecksumOffset), InternetChecksum.Finish(InternetChecksum.Add(0, error.AsSpan(0, 20))));
        var message = error.AsSpan(20);
        IcmpUnreachable.Write(message, IcmpUnreachable.FragmentationNeeded, 0, 0, mtu, packet.AsSpan(0, 28));
        BinaryPrimitives.WriteUInt16BigEndian(message[IcmpHeader.ChecksumOffset..], InternetChecksum.Finish(InternetChecksum.Add(0, message)));
        return error;
    }
}
