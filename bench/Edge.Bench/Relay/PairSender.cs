using System.Diagnostics;
using System.Runtime.InteropServices;
using Edge.Foundation.Keys;
using Edge.Io.Derp;
using Edge.Protocols.Derp;

namespace Edge.Bench.Relay;

/// <summary>Sends packets that say when they were sent: a window of them, and as many again as an answer says have come.</summary>
internal sealed class PairSender : IDerpReceiver
{
    public const int PacketSize = 1400;

    /// <summary>Fewer than wait for a client at the relay: none is dropped.</summary>
    public const int Window = 24;

    /// <summary>Packets that one answer stands for.</summary>
    public const int Share = 8;

    private readonly byte[] _packet = new byte[PacketSize];
    private volatile bool _isOver;

    public PublicKey Peer { get; set; }

    public void Begin(DerpConnection connection) => Send(connection, Window);

    public void End() => _isOver = true;

    public void Receive(DerpConnection connection, in DerpMessage message)
    {
        if (message.Kind == DerpMessageKind.Packet && !_isOver)
            Send(connection, Share);
    }

    private void Send(DerpConnection connection, int count)
    {
        for (var i = 0; i < count; i++)
        {
            MemoryMarshal.Write(_packet, Stopwatch.GetTimestamp());
            connection.Send(Peer, _packet);
        }
    }
}
