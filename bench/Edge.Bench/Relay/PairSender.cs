using System.Diagnostics;
using System.Runtime.InteropServices;
using Edge.Protocols.Derp;

namespace Edge.Bench.Relay;

/// <summary>Sends packets that say when they were sent: a window of them, and as many again as an answer says have come.</summary>
internal sealed class PairSender : LoadClient
{
    public const int PacketSize = 1400;

    /// <summary>Fewer than wait for a client at the relay: none is dropped.</summary>
    public const int Window = 24;

    /// <summary>Packets that one answer stands for.</summary>
    public const int Share = 8;

    private readonly byte[] _packet = new byte[PacketSize];
    private volatile bool _isOver;

    public void End() => _isOver = true;

    protected override void Begin() => Send(Window);

    protected override void Receive(in DerpMessage message)
    {
        if (message.Kind == DerpMessageKind.Packet && !_isOver)
            Send(Share);
    }

    private void Send(int count)
    {
        for (var i = 0; i < count; i++)
        {
            MemoryMarshal.Write(_packet, Stopwatch.GetTimestamp());
            Send(_packet);
        }
    }
}
