using Edge.Crypto;
using Edge.Foundation.Keys;
using Edge.Foundation.Wire;
using Edge.Protocols.Control.Noise;

namespace Edge.Fuzz.Control;

/// <summary>The control channel's first bytes, of both sides, and its records: what was changed is refused, and a refusal is final.</summary>
internal sealed class ControlNoiseTarget : FuzzTarget
{
    private readonly byte[] _initiation = new byte[ControlNoiseInitiation.Size];
    private readonly byte[] _response = new byte[ControlNoiseResponse.Size];
    private readonly byte[] _records;

    public ControlNoiseTarget()
    {
        using var channel = Open(out var server);
        using (server)
        {
            var record = new byte[ControlNoiseHeader.MostFrameBytes];
            var first = record[..server.Seal("ok"u8, record)];
            var second = record[..server.Seal(default, record)];
            _records = [.. first, .. second, .. record[..server.Seal(new byte[200], record)]];
        }
    }

    public override string Name => "control-noise";

    public override IReadOnlyList<byte[]> Seeds => [_initiation, _response, _records, "\u0003\0\u0002no"u8.ToArray(), [0xff, 0xff, 0xff, 0x54, 0x53, 0, 0, 0, 2, 0x7b, 0x7d]];

    public override int Run(byte[] input)
    {
        using var serverKey = new X25519KeyPair(Bytes(2));
        using var responder = new ControlResponder(serverKey);
        var asServer = responder.ReadInitiation(input);
        Check((asServer == ControlHandshakeVerdict.Complete) == input.AsSpan().StartsWith(_initiation), "Only the genuine initiation is taken.");

        using var machineKey = new X25519KeyPair(Bytes(1));
        using var initiator = Initiator(machineKey, serverKey);
        var asClient = initiator.ReadResponse(input, out var consumed, out var opened, out var refusal);
        using (opened)
            Check((opened is not null) == (consumed > 0) && (opened is not null) == input.AsSpan().StartsWith(_response), "Only the genuine response opens a channel.");
        Check((refusal is not null) == (asClient == ControlHandshakeVerdict.Refused), "A refusal has a text.");

        using var channel = Open(out var server);
        server.Dispose();
        var plaintexts = Records(channel, [.. input], out var end);
        var early = EarlyPayload.Inspect(input, out var json, out _);
        var isChallenge = early == EarlyPayloadVerdict.Present && EarlyPayload.TryReadChallenge(json, out _);
        return HashCode.Combine(asServer, asClient, plaintexts, end, early, isChallenge);
    }

    private int Records(ControlChannel channel, byte[] input, out ControlOpenVerdict end)
    {
        var (at, count) = (0, 0);
        while ((end = channel.Open(input.AsSpan(at), out var size, out _)) == ControlOpenVerdict.Opened)
        {
            Check(_records.AsSpan().StartsWith(Genuine(at, size)), "Only genuine records are opened.");
            at += size;
            count++;
        }
        Check(end == ControlOpenVerdict.NeedMore || channel.Open(_records, out _, out _) == end, "A channel that ended stays so.");
        return count;
    }

    // What was opened stood where the genuine record stands.
    private ReadOnlySpan<byte> Genuine(int at, int size) => _records.AsSpan(0, Math.Min(_records.Length, at + size));

    private ControlChannel Open(out ControlChannel server)
    {
        using var machineKey = new X25519KeyPair(Bytes(1));
        using var serverKey = new X25519KeyPair(Bytes(2));
        using var initiator = Initiator(machineKey, serverKey);
        using var responder = new ControlResponder(serverKey);
        if (responder.ReadInitiation(_initiation) != ControlHandshakeVerdict.Complete || responder.WriteResponse(Bytes(4), _response) is not { } their
            || initiator.ReadResponse(_response, out _, out var ours, out _) != ControlHandshakeVerdict.Complete)
            throw new InvalidOperationException("the genuine handshake does not complete");
        server = their;
        return ours!;
    }

    private ControlInitiator Initiator(X25519KeyPair machineKey, X25519KeyPair serverKey)
    {
        var initiator = new ControlInitiator(machineKey, new KeyOf<MachineKind>(new PublicKey(serverKey.PublicKey)), 130);
        return initiator.WriteInitiation(Bytes(3), _initiation) ? initiator : throw new InvalidOperationException("the initiation is refused");
    }

    private static byte[] Bytes(byte value)
    {
        var bytes = new byte[32];
        bytes.AsSpan().Fill(value);
        return bytes;
    }
}
