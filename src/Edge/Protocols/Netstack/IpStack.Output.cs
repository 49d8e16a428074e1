using System.Buffers.Binary;
using Edge.Foundation.Addresses;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

// Packets of no connection: answers, errors, datagrams; in fragments where the path asks for it.
internal sealed partial class IpStack
{
    private uint _identification;
    private byte[] _datagram = [];

    /// <summary>A RST for a segment that fits no connection, or for the peer of one that ends (RFC 9293 section 3.10.7.1).</summary>
    /// <param name="key">Both ends, ours first.</param>
    /// <param name="sequence">SEQ.</param>
    /// <param name="acknowledgment">ACK; null: none.</param>
    internal void SendReset(FlowKey key, uint sequence, uint? acknowledgment)
    {
        var ipLength = key.Local.IsV4 ? Ipv4Header.Size : Ipv6Header.Size;
        var packet = _replies.Reserve(ipLength + TcpHeader.Size);
        if (packet.IsEmpty)
        {
            _drops[(int)DropReason.ReplyQueueFull]++;
            return;
        }
        WriteIp(packet, key.Local, key.Remote, IpProtocol.Tcp, TcpHeader.Size, 0, false, true, 0);
        TcpHeader.WriteHeader(packet[ipLength..], key.LocalPort, key.RemotePort, sequence, acknowledgment ?? 0, 5, false,
            acknowledgment is null ? TcpFlags.Rst : TcpFlags.Rst | TcpFlags.Ack, 0, 0, 0);
        OutboundPacket.Complete(packet, ipLength, 0, isLast: true);
    }

    private bool SendDatagram(IpAddress from, IpAddress to, IpProtocol protocol, int headerLength, ReadOnlySpan<byte> data, IcmpStart icmp, ushort sourcePort = 0, ushort destinationPort = 0)
    {
        var length = headerLength + data.Length;
        var ipLength = from.IsV4 ? Ipv4Header.Size : Ipv6Header.Size;
        var mtu = MtuTo(to);
        if (ipLength + length <= mtu)
        {
            var packet = _replies.Reserve(ipLength + length);
            if (packet.IsEmpty)
                return false;
            WriteIp(packet, from, to, protocol, length, 0, false, true, 0);
            WriteTransport(packet[ipLength..], from, to, protocol, headerLength, data, icmp, sourcePort, destinationPort);
            return true;
        }
        if (_datagram.Length < length)
            _datagram = new byte[Math.Max(length, 4096)];
        WriteTransport(_datagram.AsSpan(0, length), from, to, protocol, headerLength, data, icmp, sourcePort, destinationPort);
        return SendFragments(from, to, protocol, _datagram.AsSpan(0, length), mtu);
    }

    private bool SendFragments(IpAddress from, IpAddress to, IpProtocol protocol, ReadOnlySpan<byte> datagram, int mtu)
    {
        var ipLength = from.IsV4 ? Ipv4Header.Size : Ipv6Header.Size + Ipv6Fragment.Size;
        var most = (mtu - ipLength) / 8 * 8;
        var count = (datagram.Length + most - 1) / most;
        if (!_replies.HasRoom(datagram.Length + count * ipLength, count))
            return false;
        _identification++;
        for (var offset = 0; offset < datagram.Length; offset += most)
        {
            var part = datagram.Slice(offset, Math.Min(most, datagram.Length - offset));
            var isLast = offset + part.Length == datagram.Length;
            var packet = _replies.Reserve(ipLength + part.Length);
            if (from.IsV4)
            {
                WriteIp(packet, from, to, protocol, part.Length, (ushort)_identification, !isLast, false, (ushort)(offset / 8));
            }
            else
            {
                WriteIp(packet, from, to, IpProtocol.Fragment, part.Length + Ipv6Fragment.Size, 0, false, true, 0);
                // Not a plain counter: RFC 7739 section 3.
                Ipv6Fragment.WriteHeader(packet[Ipv6Header.Size..], protocol, (ushort)(offset / 8), !isLast, Identification());
            }
            part.CopyTo(packet[ipLength..]);
        }
        return true;
    }

    private uint Identification()
    {
        Span<byte> counter = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(counter, _identification);
        return (uint)_sip.Hash(counter);
    }

    private static void WriteIp(Span<byte> packet, IpAddress from, IpAddress to, IpProtocol protocol, int length, ushort identification, bool moreFragments, bool dontFragment, ushort fragmentOffset)
    {
        if (from.IsV4)
        {
            Ipv4Header.WriteHeader(packet, 5, 0, 0, (ushort)(Ipv4Header.Size + length), identification, dontFragment, moreFragments, fragmentOffset, TimeToLive, protocol, 0, from.V4Bits, to.V4Bits);
            BinaryPrimitives.WriteUInt16BigEndian(packet[Ipv4Header.ChecksumOffset..], InternetChecksum.Finish(InternetChecksum.Add(0, packet[..Ipv4Header.Size])));
        }
        else
        {
            Ipv6Header.WriteHeader(packet, 0, 0, (ushort)length, protocol, TimeToLive, from.Bits, to.Bits);
        }
    }

    private static void WriteTransport(Span<byte> message, IpAddress from, IpAddress to, IpProtocol protocol, int headerLength, ReadOnlySpan<byte> data, IcmpStart icmp, ushort sourcePort, ushort destinationPort)
    {
        data.CopyTo(message[headerLength..]);
        var sum = protocol == IpProtocol.Icmp ? 0 : InternetChecksum.AddPseudoHeader(0, from, to, protocol, message.Length);
        if (protocol == IpProtocol.Udp)
        {
            UdpHeader.WriteHeader(message, sourcePort, destinationPort, (ushort)message.Length, 0);
            var checksum = InternetChecksum.Finish(InternetChecksum.Add(sum, message));
            // Zero means "none": its other form is sent instead (RFC 768).
            BinaryPrimitives.WriteUInt16BigEndian(message[UdpHeader.ChecksumOffset..], checksum == 0 ? (ushort)0xffff : checksum);
            return;
        }
        if (protocol == IpProtocol.Tsmp)
            return;
        IcmpHeader.WriteHeader(message, (IcmpType)icmp.Type, icmp.Code, 0);
        BinaryPrimitives.WriteUInt32BigEndian(message[4..], icmp.Rest);
        BinaryPrimitives.WriteUInt16BigEndian(message[IcmpHeader.ChecksumOffset..], InternetChecksum.Finish(InternetChecksum.Add(sum, message)));
    }
}
