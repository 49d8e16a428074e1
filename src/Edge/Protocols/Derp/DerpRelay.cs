using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Derp;

/// <summary>
/// A relay of packets between nodes that know each other's keys: all its clients, what waits for them, its mesh. It is given the bytes of
/// connections and gives the bytes of writes; it opens nothing, and one caller drives it at a time. It does what the stock relay does
/// (tailscale 1.96.5, derp/derpserver), where that does anything.
/// </summary>
internal sealed partial class DerpRelay
{
    /// <summary>A client's control frames that wait; a watcher's are the comings and goings of all others.</summary>
    private const int MostControl = 64 * 1024, MostWatcherControl = 32 << 20;

    private readonly RelayOptions _options;
    private readonly EntropySource _entropy;
    private readonly FrameBlocks _blocks = new();
    private readonly DeadlineHeap<RelayClient> _deadlines = new();
    private readonly Dictionary<PublicKey, ClientSet> _clients = [];
    private readonly List<RelayClient> _writable = [], _questions = [], _closed = [];
    private readonly List<MeshLink> _writableLinks = [];

    // They are closed at the end of a call: closing one tells the others, whose lists are being walked.
    private readonly List<RelayClient> _behind = [];
    private TokenBucket _total;

    /// <param name="now">When it begins.</param>
    /// <param name="options">What it is.</param>
    /// <param name="entropy">For nonces, and for spreading keep-alives.</param>
    public DerpRelay(Timestamp now, RelayOptions options, EntropySource entropy)
    {
        (_options, _entropy) = (options, entropy);
        // A quarter of a second's worth: enough for one round of everybody's frames.
        _total = new TokenBucket(options.TotalBytesPerSecond, Math.Max(options.TotalBytesPerSecond / 4.0, LongestFrame), now);
    }

    private static int LongestFrame => DerpLimits.KeySize + DerpLimits.Packet;

    public PublicKey Key => _options.Key.PublicKey;

    public RelayCounters Counters { get; } = new();

    /// <summary>How many different keys are connected here.</summary>
    public int LocalKeys => _clients.Count;

    /// <summary>When <see cref="Handle(Timestamp)"/> wants to be called.</summary>
    public Timestamp NextDeadline => _deadlines.Next;

    /// <summary>A connection, upgraded to DERP. It is greeted.</summary>
    /// <param name="now">The time.</param>
    /// <param name="remote">Where it comes from.</param>
    /// <param name="isNotIdeal">Whether it said that it would rather be at another relay.</param>
    public RelayClient Accept(Timestamp now, Endpoint remote, bool isNotIdeal)
    {
        Counters.Accepts++;
        var client = new RelayClient(_blocks, remote, isNotIdeal) { HandshakeDeadline = now + DerpLimits.HandshakeStep };
        DerpServerKey.Write(client.Outgoing.Control(DerpFrameType.ServerKey, DerpServerKey.Size), Key.Bytes);
        Announce(client);
        _deadlines.Schedule(client, client.HandshakeDeadline);
        return client;
    }

    /// <summary>Bytes of a client's stream.</summary>
    /// <returns>How many were used. Fewer than all: the client waits for a verdict, or for <see cref="RelayClient.ResumeAt"/>, or is closed; the rest comes again.</returns>
    public int Handle(Timestamp now, RelayClient client, ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        while (client.State is RelayClientState.Greeted or RelayClientState.Open && client.ResumeAt <= now)
        {
            switch (client.Reader.Next(_blocks, ref rest, out var body))
            {
                case FrameStep.NeedsBytes:
                    return bytes.Length;
                case FrameStep.Header:
                    Judge(now, client);
                    break;
                case FrameStep.Frame when client.State == RelayClientState.Greeted:
                    Introduce(now, client, body);
                    break;
                case FrameStep.Frame:
                    Receive(now, client, body);
                    break;
            }
        }
        return bytes.Length - rest.Length;
    }

    /// <summary>The answer to a question of the outbox. One that comes too late is of no consequence.</summary>
    public void HandleVerdict(Timestamp now, RelayClient client, bool isAdmitted)
    {
        if (client.State != RelayClientState.AwaitingVerdict)
            return;
        if (isAdmitted)
            Open(now, client);
        else
            Close(client, RelayCloseReason.Refused);
    }

    /// <summary>The connection has ended.</summary>
    public void HandleClosed(RelayClient client)
    {
        if (client.State != RelayClientState.Closed)
            Close(client, RelayCloseReason.Disconnected);
    }

    /// <summary>What the clock says.</summary>
    public void Handle(Timestamp now)
    {
        while (_deadlines.TakeDue(now) is { } client)
        {
            if (client.WriteDeadline <= now)
            {
                Counters.WriteTimeouts++;
                Close(client, RelayCloseReason.WriteTimeout);
            }
            else if (client.State is RelayClientState.Greeted or RelayClientState.AwaitingVerdict && client.HandshakeDeadline <= now)
            {
                Close(client, RelayCloseReason.HandshakeTimeout);
            }
            else if (client.State == RelayClientState.Open && client.NextKeepAlive <= now)
            {
                client.NextKeepAlive = now + client.KeepAliveInterval;
                _ = Control(client, DerpFrameType.KeepAlive, 0);
            }
            _deadlines.Schedule(client, client.NextDeadline);
        }
    }

    /// <summary>Moves what is to be done to the caller's outbox, behind what is in it.</summary>
    public void Poll(RelayOutbox outbox)
    {
        while (_behind.Count > 0)
        {
            var client = _behind[^1];
            _behind.RemoveAt(_behind.Count - 1);
            Close(client, RelayCloseReason.TooFarBehind);
        }
        outbox.Writable.AddRange(_writable);
        outbox.Questions.AddRange(_questions);
        outbox.Closed.AddRange(_closed);
        outbox.WritableLinks.AddRange(_writableLinks);
        _writable.Clear();
        _questions.Clear();
        _closed.Clear();
        _writableLinks.Clear();
    }

    /// <summary>What a client is to be sent next, in one write of at most 16 KiB unless one frame is longer. It lies still until <see cref="HandleWritten"/>.</summary>
    /// <returns>Empty: nothing, and the outbox will say when there is again.</returns>
    public ReadOnlyMemory<byte> Take(Timestamp now, RelayClient client)
    {
        var bytes = client.State == RelayClientState.Closed && !client.IsFaulty ? default : client.Outgoing.Take();
        client.IsAnnounced = !bytes.IsEmpty;
        if (bytes.IsEmpty)
            return bytes;
        if (client.Outgoing.TakenKind == PacketKind.None)
            client.HasPong = false;
        if (client.State == RelayClientState.Closed)
            return bytes;
        client.WriteDeadline = now + (client.IsMesh ? DerpLimits.MeshWriteTime : DerpLimits.WriteTime);
        _deadlines.Schedule(client, client.WriteDeadline);
        return bytes;
    }

    /// <summary>The write is done.</summary>
    /// <param name="client">Whose.</param>
    /// <param name="isWritten">False: the connection broke.</param>
    public void HandleWritten(RelayClient client, bool isWritten)
    {
        var (frames, bytes) = client.Outgoing.Taken;
        var kind = client.Outgoing.TakenKind;
        client.Outgoing.Written();
        client.WriteDeadline = Timestamp.Never;
        if (kind == PacketKind.None)
            return;
        bytes -= frames * (DerpFrameHeader.Size + DerpLimits.KeySize);
        if (isWritten)
        {
            Counters.PacketsSent += frames;
            Counters.BytesSent += bytes;
        }
        else
        {
            Counters.Drop(RelayDropReason.WriteError, kind == PacketKind.Disco, frames, bytes);
        }
    }

    /// <summary>Tells all clients that the relay will go away.</summary>
    /// <param name="reconnectIn">How long they should wait before they connect again.</param>
    /// <param name="tryFor">And how long they should try.</param>
    public void Restart(TimeSpan reconnectIn, TimeSpan tryFor)
    {
        foreach (var (_, set) in _clients)
        {
            for (var i = 0; i < set.Count; i++)
            {
                if (Control(set[i], DerpFrameType.Restarting, DerpRestarting.Size) is { IsEmpty: false } frame)
                    DerpRestarting.Write(frame, (uint)reconnectIn.TotalMilliseconds, (uint)tryFor.TotalMilliseconds);
            }
        }
    }

    /// <summary>A control frame for a client, to be filled; empty where it is too far behind to be told more, and will be closed.</summary>
    private Span<byte> Control(RelayClient client, DerpFrameType type, int length)
    {
        if (client.State == RelayClientState.Closed)
            return default;
        if (client.Outgoing.ControlBytes > (client.Watches ? MostWatcherControl : MostControl))
        {
            _behind.Add(client);
            return default;
        }
        var body = client.Outgoing.Control(type, length);
        Announce(client);
        return body;
    }

    private void Announce(RelayClient client)
    {
        if (client.IsAnnounced)
            return;
        client.IsAnnounced = true;
        _writable.Add(client);
    }
}
