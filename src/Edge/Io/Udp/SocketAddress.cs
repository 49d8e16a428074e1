using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Edge.Foundation.Addresses;

namespace Edge.Io.Udp;

/// <summary>
/// <c>struct sockaddr_in</c> (family, port, address, padding: 16 bytes) and <c>struct sockaddr_in6</c> (family, port, flow, address, scope: 28
/// bytes). The family and the scope are in the machine's byte order, the rest in the network's.
/// </summary>
internal static class SocketAddress
{
    public const int FamilyV4 = 2;
    public const int FamilyV6 = 10;
    public const int SizeV4 = 16;
    public const int SizeV6 = 28;

    /// <returns>Bytes written.</returns>
    public static int Write(in Endpoint endpoint, Span<byte> destination)
    {
        var size = endpoint.Address.IsV4 ? SizeV4 : SizeV6;
        destination[..size].Clear();
        MemoryMarshal.Write(destination, (ushort)(endpoint.Address.IsV4 ? FamilyV4 : FamilyV6));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], endpoint.Port);
        if (endpoint.Address.IsV4)
        {
            endpoint.Address.Write(destination[4..]);
        }
        else
        {
            endpoint.Address.Write(destination[8..]);
            MemoryMarshal.Write(destination[24..], endpoint.ScopeId);
        }
        return size;
    }

    /// <returns>The default where it is neither.</returns>
    public static Endpoint Read(ReadOnlySpan<byte> source)
    {
        if (source.Length >= SizeV4 && MemoryMarshal.Read<ushort>(source) == FamilyV4)
            return new Endpoint(IpAddress.Read(source.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(source[2..]));
        if (source.Length >= SizeV6 && MemoryMarshal.Read<ushort>(source) == FamilyV6)
        {
            return new Endpoint(
                IpAddress.Read(source.Slice(8, 16)), BinaryPrimitives.ReadUInt16BigEndian(source[2..]), MemoryMarshal.Read<uint>(source[24..]));
        }
        return default;
    }
}
