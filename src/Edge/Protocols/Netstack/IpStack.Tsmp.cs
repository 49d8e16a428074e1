using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

// Messages between nodes of a tailnet, IP protocol 99 (tailscale v1.96.5, net/packet/tsmp.go).
internal sealed partial class IpStack
{
    private const int TsmpData = 8;

    /// <summary>A ping is 'p' and 8 bytes, its pong 'o', the same bytes and the port of the interface for peers. All else is news, and asks for no answer.</summary>
    private DropReason HandleTsmp(IpAddress source, IpAddress destination, ReadOnlySpan<byte> message, ushort port)
    {
        if (message.Length < 1 + TsmpData)
            return DropReason.None;
        if (message[0] == (byte)'o')
        {
            var told = message.Length >= 1 + TsmpData + sizeof(ushort) ? BinaryPrimitives.ReadUInt16BigEndian(message[(1 + TsmpData)..]) : (ushort)0;
            return HearPong(source, destination, message[1..], told, isTsmp: true);
        }
        if (message[0] != (byte)'p')
            return DropReason.None;
        Span<byte> pong = stackalloc byte[1 + TsmpData + sizeof(ushort)];
        pong[0] = (byte)'o';
        message.Slice(1, TsmpData).CopyTo(pong[1..]);
        BinaryPrimitives.WriteUInt16BigEndian(pong[(1 + TsmpData)..], port);
        return SendDatagram(destination, source, IpProtocol.Tsmp, 0, pong, default) ? DropReason.None : DropReason.ReplyQueueFull;
    }
}
