using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Protocols.Derp;

namespace Edge.Fuzz.Derp;

/// <summary>A client's stream that may be anything, from before its hello and from behind a genuine one, with and without the mesh key.</summary>
internal sealed class RelayTarget : FuzzTarget
{
    private static readonly Timestamp s_start = new(1_000_000_000);
    private static readonly PrivateKey s_relayKey = new([8, .. new byte[31]]);
    private static readonly PrivateKey s_nodeKey = new([16, .. new byte[31]]);
    private static readonly PrivateKey s_otherKey = new([24, .. new byte[31]]);
    private static readonly MeshKey s_mesh = new([7, .. new byte[31]]);

    private List<byte[]>? _seeds;

    public override string Name => "derp-relay";

    public override IReadOnlyList<byte[]> Seeds => _seeds ??= MakeSeeds();

    public override IReadOnlyList<byte[]> Words { get; } =
    [
        [0x04, 0, 0, 0, 0x20], [0x0a, 0, 0, 0, 0x40], [0x10, 0, 0, 0, 0], [0x11, 0, 0, 0, 0x20], [0x12, 0, 0, 0, 8], [0x07, 0, 0, 0, 1, 1],
        s_nodeKey.PublicKey.Bytes.ToArray(), s_otherKey.PublicKey.Bytes.ToArray(), "TS💬"u8.ToArray(),
    ];

    // Two relays with a bystander each, and pools of their own.
    public override long AllocationLimit(int inputLength) => 8_000_000 + (400L * inputLength);

    public override int Run(byte[] input)
    {
        var kind = input.Length == 0 ? 0 : input[0] % 3;
        var stream = input.AsSpan(Math.Min(1, input.Length));
        var (whole, what) = Play(kind, stream, stream.Length);
        var (pieces, whatOfPieces) = Play(kind, stream, 1 + stream.Length / 7);
        Check(whole.AsSpan().SequenceEqual(pieces) && what == whatOfPieces, "How a stream is cut makes no difference.");
        return what * 3 + kind;
    }

    /// <returns>What the client was sent, and a number for what it did: how it ended, and how much of each kind of thing.</returns>
    private static (byte[] Sent, int What) Play(int kind, ReadOnlySpan<byte> stream, int piece)
    {
        var relay = new DerpRelay(s_start, new RelayOptions { Key = s_relayKey, Mesh = s_mesh }, new SeededEntropy(1));
        var other = relay.Accept(s_start, default, isNotIdeal: false);
        relay.Handle(s_start, other, Hello(s_otherKey, null));
        _ = Drain(relay, other);
        var client = relay.Accept(s_start, default, isNotIdeal: false);
        if (kind > 0)
            relay.Handle(s_start, client, Hello(s_nodeKey, kind == 2 ? s_mesh : null));
        var sent = Drain(relay, client);
        for (var at = 0; at < stream.Length && client.State != RelayClientState.Closed;)
        {
            var length = Math.Min(Math.Max(piece, 1), stream.Length - at);
            var used = relay.Handle(s_start, client, stream.Slice(at, length));
            Check(used == length || client.State == RelayClientState.Closed, "Without limits and questions a client is read to the end.");
            at += used;
        }
        var outbox = new RelayOutbox();
        relay.Poll(outbox);
        Check(outbox.Closed.Contains(client) == (client.State == RelayClientState.Closed), "Who is closed is told once.");
        Check(client.State == RelayClientState.Closed || client.NextDeadline != Timestamp.Never, "An open connection has a deadline.");
        sent.AddRange(Drain(relay, client));
        _ = Drain(relay, other);
        var (state, reason) = (client.State, client.CloseReason);
        relay.HandleClosed(client);
        relay.HandleClosed(other);
        Check(relay.LocalKeys == 0 && relay.Watchers == 0 && relay.Counters.Connections == 0 && relay.NextDeadline == Timestamp.Never, "Who has left is forgotten.");
        var counters = relay.Counters;
        var what = (int)state;
        foreach (var count in (ReadOnlySpan<long>)[(int)reason, counters.PacketsReceived, counters.PacketsSent, counters.ForwardedIn, counters.GotPing, counters.GoneNotHere, counters.UnknownFrames])
            what = what * 8 + (int)Math.Min(count, 7);
        return ([.. sent], what);
    }

    private static List<byte> Drain(DerpRelay relay, RelayClient client)
    {
        var sent = new List<byte>();
        while (relay.Take(s_start, client) is { IsEmpty: false } bytes)
        {
            sent.AddRange(bytes.Span);
            relay.HandleWritten(client, isWritten: true);
        }
        return sent;
    }

    private static byte[] Hello(PrivateKey key, MeshKey? mesh)
    {
        var client = new DerpClient(s_start, new DerpClientOptions { Key = key, Mesh = mesh, Server = s_relayKey.PublicKey }, new SeededEntropy(2));
        return client.Poll().ToArray();
    }

    private static List<byte[]> MakeSeeds()
    {
        var seeds = new List<byte[]> { new byte[] { 0 }.Concat(Hello(s_nodeKey, null)).ToArray(), new byte[] { 0 }.Concat(Hello(s_nodeKey, s_mesh)).ToArray() };
        for (byte kind = 1; kind <= 2; kind++)
        {
            var client = new DerpClient(s_start, new DerpClientOptions { Key = s_nodeKey, Server = s_relayKey.PublicKey }, new SeededEntropy(2));
            _ = client.Poll();
            client.Written();
            client.NotePreferred(true);
            client.Ping("12345678"u8);
            if (kind == 2)
            {
                client.WatchConnections();
                client.Forward(s_nodeKey.PublicKey, s_otherKey.PublicKey, new byte[70]);
                client.ClosePeer(s_otherKey.PublicKey);
            }
            client.Send(s_start, s_otherKey.PublicKey, new byte[60]);
            client.Send(s_start, s_relayKey.PublicKey, [.. "TS💬"u8, .. new byte[60]]);
            var stream = new List<byte> { kind };
            while (client.Poll() is { IsEmpty: false } bytes)
            {
                stream.AddRange(bytes.Span);
                client.Written();
            }
            seeds.Add([.. stream]);
        }
        return seeds;
    }
}
