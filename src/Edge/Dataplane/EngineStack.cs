using Edge.Foundation.Time;
using Edge.Protocols.Netstack;

namespace Edge.Dataplane;

/// <summary>A netstack as an engine drives it: what it has given and the engine has not sealed yet.</summary>
/// <param name="stack">Its MTU is the tunnel's.</param>
/// <param name="user">Told of its events.</param>
internal sealed class EngineStack(IpStack stack, INetstackUser user)
{
    public IpStack Stack => stack;

    public NetstackOutbox Outbox { get; } = new();

    /// <summary>The first packet of the outbox that is not done.</summary>
    public int Next { get; set; }

    /// <summary>Of that packet, the first piece that is not sealed.</summary>
    public int NextPiece { get; set; }

    public Timestamp NextDeadline => stack.NextDeadline;

    /// <summary>The packets are all sealed: tells of the events and takes what comes next.</summary>
    /// <returns>False: there is nothing.</returns>
    public bool Turn(Timestamp now)
    {
        foreach (var happened in Outbox.Events)
            user.Happened(now, happened);
        Outbox.Clear();
        (Next, NextPiece) = (0, 0);
        stack.Poll(now, Outbox);
        return !Outbox.Packets.IsEmpty || !Outbox.Events.IsEmpty;
    }
}
