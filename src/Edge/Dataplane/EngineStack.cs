using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Dataplane;

/// <summary>A netstack as an engine drives it: what it has given and the engine has not sealed yet.</summary>
/// <param name="stack">Its MTU is the tunnel's.</param>
/// <param name="user">Told of its events.</param>
internal sealed class EngineStack(IpStack stack, INetstackUser user)
{
    private readonly ReplyQueue _turnedBack = new();

    public IpStack Stack => stack;

    public NetstackOutbox Outbox { get; } = new();

    /// <summary>The first packet of the outbox that is not done.</summary>
    public int Next { get; set; }

    /// <summary>Of that packet, the first piece that is not sealed.</summary>
    public int NextPiece { get; set; }

    public Timestamp NextDeadline => stack.NextDeadline;

    /// <summary>Whether peers may not send to an address, although the netstack has it.</summary>
    public bool IsOwnService(IpAddress address)
    {
        foreach (var service in user.OwnServices)
            if (service == address)
                return true;
        return false;
    }

    /// <summary>Keeps a packet from the netstack to one of its own addresses until the outbox is done: the netstack gets it then. Where there is no room it is lost.</summary>
    public void TurnBack(in OutboundPacket packet)
    {
        var copy = _turnedBack.Reserve(packet.TotalLength);
        if (!copy.IsEmpty)
            packet.WriteWhole(copy);
    }

    /// <summary>The packets are all sealed: tells of the events and takes what comes next.</summary>
    /// <returns>False: there is nothing.</returns>
    public bool Turn(Timestamp now)
    {
        foreach (var happened in Outbox.Events)
            user.Happened(now, happened);
        Outbox.Clear();
        (Next, NextPiece) = (0, 0);
        for (; !_turnedBack.IsEmpty; _turnedBack.Drop())
            stack.Handle(now, _turnedBack.Peek());
        stack.Poll(now, Outbox);
        return !Outbox.Packets.IsEmpty || !Outbox.Events.IsEmpty;
    }
}
