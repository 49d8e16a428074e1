using System.Buffers.Binary;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;
using Edge.Protocols.Netstack;

namespace Edge.Fuzz.Netstack;

/// <summary>The other end of a connection: it knows where the numbers are, and sends what it is told to.</summary>
/// <param name="port">Its own.</param>
/// <param name="hasOptions">Its SYN offers window scaling, timestamps and SACK.</param>
internal sealed class FarEnd(ushort port, bool hasOptions)
{
    private uint _echo;

    /// <summary>The stack's RCV.NXT.</summary>
    public uint Next { get; private set; } = 5000;

    /// <summary>The stack's SND.NXT.</summary>
    public uint Sent { get; private set; }

    /// <summary>The option beside an ordinary segment.</summary>
    public byte[] Timestamps(Timestamp now)
    {
        if (!hasOptions)
            return [];
        byte[] options = [1, 1, (byte)TcpOptionKind.Timestamps, 10, .. new byte[8]];
        BinaryPrimitives.WriteUInt32BigEndian(options.AsSpan(4), (uint)(now.Nanoseconds / 1_000_000));
        BinaryPrimitives.WriteUInt32BigEndian(options.AsSpan(8), _echo);
        return options;
    }

    public byte[] Make(TcpFlags flags, uint sequence, uint acknowledgment, int window, ReadOnlySpan<byte> options, ReadOnlySpan<byte> text)
    {
        if (flags == TcpFlags.Syn && sequence == 0)
        {
            sequence = Next++;
            options = hasOptions ? [2, 4, 2, 24, 4, 2, 8, 10, 0, 0, 3, 232, 0, 0, 0, 0, 1, 3, 3, 2] : [2, 4, 2, 24];
        }
        var packet = new byte[40 + options.Length + text.Length];
        Ipv4Header.WriteHeader(packet, 5, 0, 0, (ushort)packet.Length, 0, true, false, 0, 64, IpProtocol.Tcp, 0, NetstackWalk.PeerV4.V4Bits, NetstackWalk.StackV4.V4Bits);
        TcpHeader.Write(packet.AsSpan(20), port, 80, sequence, acknowledgment, false, flags, (ushort)window, 0, 0, options, text);
        Checksums.Repair(packet);
        return packet;
    }

    /// <summary>A packet of the stack's, to whomever.</summary>
    public void Hear(ReadOnlySpan<byte> packet)
    {
        if (!Ipv4Header.TryRead(packet, out var ip) || ip.Protocol != IpProtocol.Tcp || !TcpHeader.TryRead(ip.Payload, out var tcp) || tcp.DestinationPort != port)
            return;
        var segment = TcpSegment.Of(tcp);
        if (segment.IsRst)
            return;
        var end = segment.Sequence + (uint)segment.Length;
        if (segment.IsSyn || (int)(end - Sent) > 0)
            Sent = end;
        Next = segment.IsAck ? segment.Acknowledgment : Next;
        _echo = segment.HasTimestamps ? segment.TimestampValue : _echo;
    }
}
