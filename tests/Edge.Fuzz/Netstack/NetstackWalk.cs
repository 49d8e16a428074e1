using System.Buffers.Binary;
using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;
using Edge.Protocols.Netstack;

namespace Edge.Fuzz.Netstack;

/// <summary>A stack in the hands of a careless user, and the far ends of two of its connections: one has all options, one has none.</summary>
internal sealed class NetstackWalk
{
    private const int Mtu = 1280, MostConnections = 24, MemoryLimit = 1 << 20;

    // What a packet, or a step of time, may cause at most: all buffers of all connections in the smallest packets, and some.
    private const int MostPolls = 10_000;

    private readonly IpStack _stack;
    private readonly NetstackOutbox _outbox = new();
    private readonly byte[] _packet = new byte[ushort.MaxValue + 1];
    private readonly List<TcpConnection> _connections = [];
    private readonly FarEnd[] _ends = [new(40_000, hasOptions: true), new(40_001, hasOptions: false)];
    private readonly UdpSocket _socket;
    private Timestamp _now = new(1_000_000_000);
    private int _seen;

    public NetstackWalk()
    {
        _stack = new IpStack(new()
        {
            Mtu = Mtu,
            MaxConnections = MostConnections,
            MaxHalfOpen = 8,
            MaxTimeWait = 4,
            MemoryLimit = MemoryLimit,
            TimeWait = TimeSpan.FromSeconds(2),
            GiveUpAfter = TimeSpan.FromSeconds(30),
        }, new byte[32]);
        _stack.AddAddress(StackV4);
        _stack.AddAddress(StackV6);
        _stack.Listen(null, 80);
        _stack.Listen(null, 81, asks: true);
        _socket = _stack.Bind(null, 53);
        foreach (var end in _ends)
        {
            Take(end.Make(TcpFlags.Syn, 0, 0, 65_535, [], []));
            Take(end.Make(TcpFlags.Ack, end.Next, end.Sent, 65_535, end.Timestamps(_now), []));
        }
        FuzzTarget.Check(_connections.Count == 2, "An honest handshake makes a connection.");
    }

    public static IpAddress PeerV4 { get; } = IpAddress.V4(0x0a00_0001);

    public static IpAddress StackV4 { get; } = IpAddress.V4(0x0a00_0002);

    public static IpAddress PeerV6 { get; } = IpAddress.Of(IPAddress.Parse("fd00::1"));

    public static IpAddress StackV6 { get; } = IpAddress.Of(IPAddress.Parse("fd00::2"));

    /// <summary>A packet as it is, or with all checksums put right.</summary>
    public void Send(ReadOnlySpan<byte> packet, bool isRepaired)
    {
        var bytes = packet.ToArray();
        if (isRepaired)
            Checksums.Repair(bytes);
        Take(bytes);
    }

    /// <summary>A segment near what a connection expects: flags, modes, and distances from RCV.NXT and SND.NXT; window; length.</summary>
    public void Send(ReadOnlySpan<byte> step)
    {
        var modes = step[1];
        var end = _ends[modes >> 4 & 1];
        uint sequence = BinaryPrimitives.ReadUInt16BigEndian(step[2..]), acknowledgment = BinaryPrimitives.ReadUInt16BigEndian(step[4..]);
        sequence = (modes & 3) switch { 0 => end.Next, 1 => end.Next + sequence, 2 => end.Next - sequence, _ => end.Next + (sequence << 16) };
        var window = BinaryPrimitives.ReadUInt16BigEndian(step[6..]);
        var distance = acknowledgment;
        acknowledgment = (modes >> 2 & 3) switch { 0 => end.Sent, 1 => end.Sent - distance, 2 => end.Sent + distance, _ => end.Sent + (distance << 16) };
        byte[] options = end.Timestamps(_now);
        if ((modes & 0x80) != 0)
            options = [.. options, .. Sack(end.Sent - distance / 2, end.Sent - distance / 4, (modes & 0x40) != 0 ? end.Sent - distance / 8 : null, end.Sent)];
        Take(end.Make((TcpFlags)step[0], sequence, acknowledgment, window, options, new byte[BinaryPrimitives.ReadUInt16BigEndian(step[8..]) % 3000]));
    }

    /// <summary>What the user does with a connection, or how much time passes.</summary>
    public void Act(byte action, byte argument)
    {
        var connection = _connections[argument % _connections.Count];
        switch (action % 10)
        {
            case 0:
                connection.Write(_packet.AsSpan(0, 5000));
                break;
            case 1:
                connection.Write(_packet.AsSpan(0, 1 + argument));
                break;
            case 2:
                connection.Consume(_now, connection.Readable);
                break;
            case 3:
                connection.Consume(_now, Math.Min(connection.Readable, argument));
                break;
            case 4:
                connection.FinishSending();
                break;
            case 5:
                connection.Abort();
                break;
            case 6:
                connection.SetKeepalive(_now, TimeSpan.FromSeconds(argument));
                break;
            case 7:
                connection.NoDelay = !connection.NoDelay;
                break;
            default:
                _now += action % 10 == 8 ? TimeSpan.FromMilliseconds(argument) : TimeSpan.FromMilliseconds(argument * 100);
                break;
        }
        Poll();
    }

    /// <summary>The peers are gone, and the user lets go of all: nothing may be left.</summary>
    /// <returns>A number for all that was seen.</returns>
    public int Finish()
    {
        foreach (var connection in _connections)
            connection.Release(_now);
        _socket.Close();
        Poll();
        for (var steps = 0; _stack.NextDeadline != Timestamp.Never; steps++)
        {
            FuzzTarget.Check(steps < 10_000, "Timers come to an end.");
            _now = _stack.NextDeadline > _now ? _stack.NextDeadline : _now;
            Poll();
        }
        FuzzTarget.Check(_stack.Connections == 0, "A connection that both have left ends.");
        FuzzTarget.Check(_stack.Blocks.Used == 0, "What nobody holds is given back.");
        return _seen;
    }

    private void Take(ReadOnlySpan<byte> packet)
    {
        See((int)_stack.Handle(_now, packet));
        Poll();
    }

    private void Poll()
    {
        var isBusy = true;
        for (var polls = 0; isBusy; polls++)
        {
            FuzzTarget.Check(polls < MostPolls, "What a step causes is bounded.");
            _now += TimeSpan.FromTicks(1);
            isBusy = _stack.Poll(_now, _outbox);
            foreach (var packet in _outbox.Packets)
                for (var i = 0; i < packet.Count; i++)
                    Leave(_packet.AsSpan(0, packet.Write(i, _packet)));
            foreach (var happened in _outbox.Events)
                Happened(happened);
            _outbox.Clear();
        }
        foreach (var connection in _connections)
            connection.CheckAll();
        FuzzTarget.Check(_stack.Connections <= MostConnections, "Connections are bounded.");
        // What the user writes is its own and bounded by the room that it is told of.
        FuzzTarget.Check(_stack.Blocks.Used <= MemoryLimit + (MostConnections * 70_000L), "Memory is bounded.");
    }

    private void Leave(ReadOnlySpan<byte> packet)
    {
        FuzzTarget.Check(packet.Length <= Mtu, "A packet fits its link.");
        FuzzTarget.Check(Checksums.AreRight(packet), "What is sent has the right checksums.");
        foreach (var end in _ends)
            end.Hear(packet);
    }

    private void Happened(NetstackEvent happened)
    {
        See(100 + (int)happened.Events);
        if (happened.Socket is { } socket)
        {
            while (socket.Receive(_packet, out var local, out var remote) is >= 0 and var length)
                socket.Send(local, remote, _packet.AsSpan(0, length));
            return;
        }
        var connection = happened.Connection!;
        See(1000 + (int)connection.State + 20 * (int)connection.CloseReason);
        if (!_connections.Contains(connection))
            _connections.Add(connection);
        if ((happened.Events & TcpEvents.Incoming) == 0)
            return;
        if (connection.Remote.Port % 2 == 0)
            connection.Accept(_now);
        else
            connection.Reject((RejectKind)(connection.Remote.Port / 2 % 4));
    }

    // One of 32 bits for each kind of happening, whatever their order.
    private void See(int what) => _seen |= 1 << (int)((uint)what * 0x9E37_79B1u >> 27);

    private static byte[] Sack(uint left, uint right, uint? nextLeft, uint nextRight)
    {
        byte[] option = [1, 1, (byte)TcpOptionKind.Sack, (byte)(nextLeft is null ? 10 : 18), .. new byte[nextLeft is null ? 8 : 16]];
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(4), left);
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(8), right);
        if (nextLeft is not { } next)
            return option;
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(12), next);
        BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(16), nextRight);
        return option;
    }
}
