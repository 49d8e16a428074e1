using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;
using Edge.Protocols.Derp;

namespace Edge.Fuzz.Derp;

/// <summary>A server's stream that may be anything.</summary>
internal sealed class ClientTarget : FuzzTarget
{
    private static readonly Timestamp s_start = new(1_000_000_000);
    private static readonly PrivateKey s_relayKey = new([8, .. new byte[31]]);
    private static readonly PrivateKey s_nodeKey = new([16, .. new byte[31]]);

    private List<byte[]>? _seeds;

    public override string Name => "derp-client";

    public override IReadOnlyList<byte[]> Seeds => _seeds ??= MakeSeeds();

    public override IReadOnlyList<byte[]> Words { get; } =
        [[0x05, 0, 0, 0, 0x20], [0x08, 0, 0, 0, 0x21], [0x09, 0, 0, 0, 0x33], [0x12, 0, 0, 0, 8], [0x14, 0, 0, 0, 2], [0x15, 0, 0, 0, 8], [0x06, 0, 0, 0, 0]];

    public override long AllocationLimit(int inputLength) => 8_000_000 + (400L * inputLength);

    public override int Run(byte[] input)
    {
        var (messages, fault) = Play(input, input.Length);
        var (ofPieces, faultOfPieces) = Play(input, 1 + input.Length / 5);
        Check(fault == faultOfPieces && messages.SequenceEqual(ofPieces), "How a stream is cut makes no difference.");
        return messages.Aggregate((int)fault, static (kinds, message) => kinds | (16 << (message >> 24)));
    }

    private static (List<int> Messages, DerpClientFault Fault) Play(byte[] input, int piece)
    {
        var client = new DerpClient(s_start, new DerpClientOptions { Key = s_nodeKey }, new SeededEntropy(2));
        var messages = new List<int>();
        for (var at = 0; at < input.Length; at += Math.Max(piece, 1))
        {
            ReadOnlySpan<byte> bytes = input.AsSpan(at, Math.Min(Math.Max(piece, 1), input.Length - at));
            while (client.Handle(s_start, ref bytes, out var message))
            {
                Check(message.Body.Length <= input.Length, "A message lies in what came.");
                messages.Add(((int)message.Kind << 24) + message.Body.Length);
            }
            Check(bytes.IsEmpty || client.Fault != DerpClientFault.None, "All is read, or the server is given up.");
            while (!client.Poll().IsEmpty)
                client.Written();
        }
        Check(client.Fault != DerpClientFault.None == (client.NextDeadline == Timestamp.Never), "Whoever goes on has a deadline.");
        return (messages, client.Fault);
    }

    private static List<byte[]> MakeSeeds()
    {
        var relay = new DerpRelay(s_start, new RelayOptions { Key = s_relayKey, ClientBytesPerSecond = 1_000_000 }, new SeededEntropy(1));
        var other = relay.Accept(s_start, default(Endpoint), isNotIdeal: false);
        var client = new DerpClient(s_start, new DerpClientOptions { Key = s_nodeKey, Server = s_relayKey.PublicKey }, new SeededEntropy(2));
        relay.Handle(s_start, other, client.Poll().Span);
        var stream = new List<byte>();
        while (relay.Take(s_start, other) is { IsEmpty: false } bytes)
        {
            stream.AddRange(bytes.Span);
            relay.HandleWritten(other, isWritten: true);
        }
        var seeds = new List<byte[]> { stream.ToArray() };
        foreach (var (type, size) in new (DerpFrameType, int)[]
        {
            (DerpFrameType.RecvPacket, 40), (DerpFrameType.PeerGone, 33), (DerpFrameType.PeerPresent, 51), (DerpFrameType.Ping, 8), (DerpFrameType.Pong, 8),
            (DerpFrameType.Health, 5), (DerpFrameType.Restarting, 8), (DerpFrameType.KeepAlive, 0),
        })
            stream.AddRange([(byte)type, 0, 0, 0, (byte)size, .. new byte[size]]);
        seeds.Add([.. stream]);
        return seeds;
    }
}
