using System.Buffers.Binary;
using Edge.Foundation.Addresses;

namespace Edge.Protocols.Netstack;

/// <summary>What names a connection (RFC 9293 section 3.3.1): both ends, ours first.</summary>
internal readonly record struct FlowKey(IpAddress Local, ushort LocalPort, IpAddress Remote, ushort RemotePort)
{
    /// <summary>A keyed hash of all of it.</summary>
    /// <param name="sip">The stack's secret.</param>
    /// <param name="purpose">Keeps hashes for different uses apart.</param>
    public ulong Hash(SipHash sip, byte purpose = 0)
    {
        Span<byte> bytes = stackalloc byte[37];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, Local.Bits);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes[16..], Remote.Bits);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[32..], LocalPort);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[34..], RemotePort);
        bytes[36] = purpose;
        return sip.Hash(bytes);
    }
}
