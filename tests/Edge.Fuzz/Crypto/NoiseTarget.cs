using Edge.Crypto;
using Edge.Crypto.Noise;

namespace Edge.Fuzz.Crypto;

/// <summary>Both sides of WireGuard's handshake read a message of anybody: only the genuine one is taken, and a refused one changes nothing.</summary>
internal sealed class NoiseTarget : FuzzTarget
{
    private readonly byte[] _initiation = new byte[NoiseProtocol.InitiationOverhead + 12];
    private readonly byte[] _response = new byte[NoiseProtocol.ResponseOverhead];

    public NoiseTarget()
    {
        using var ours = new X25519KeyPair(Bytes(1));
        using var theirs = new X25519KeyPair(Bytes(2));
        using var initiator = Initiator(ours, theirs);
        using var responder = Responder(theirs);
        if (!responder.ReadMessage(_initiation, new byte[12]) || !responder.WriteMessage(Bytes(4), default, _response))
            throw new InvalidOperationException("the genuine handshake does not complete");
    }

    public override string Name => "noise";

    public override IReadOnlyList<byte[]> Seeds => [_initiation, _response];

    public override int Run(byte[] input)
    {
        using var ours = new X25519KeyPair(Bytes(1));
        using var theirs = new X25519KeyPair(Bytes(2));
        using var initiator = Initiator(ours, theirs);
        using var responder = Responder(theirs);
        var isInitiation = Takes(responder, input, NoiseProtocol.InitiationOverhead);
        var isResponse = Takes(initiator, input, NoiseProtocol.ResponseOverhead);
        Check(isInitiation == input.AsSpan().SequenceEqual(_initiation), "Only the genuine initiation is taken.");
        Check(isResponse == input.AsSpan().SequenceEqual(_response), "Only the genuine response is taken.");
        return HashCode.Combine(isInitiation, isResponse, input.Length < NoiseProtocol.ResponseOverhead, input.Length < NoiseProtocol.InitiationOverhead);
    }

    private static bool Takes(NoiseHandshake side, byte[] input, int overhead)
    {
        var payload = new byte[Math.Max(0, input.Length - overhead)];
        var before = side.Hash.ToArray();
        var isTaken = side.ReadMessage(input, payload);
        Check(isTaken || side.Hash.SequenceEqual(before), "A refused message changes nothing.");
        Check(isTaken || !payload.AsSpan().ContainsAnyExcept((byte)0), "A refused message leaves no plaintext.");
        return isTaken;
    }

    private NoiseHandshake Initiator(X25519KeyPair ours, X25519KeyPair theirs)
    {
        var side = new NoiseHandshake(NoiseProtocol.IKpsk2);
        side.StartInitiator(default, ours, theirs.PublicKey);
        side.SetPresharedKey(Bytes(5));
        return side.WriteMessage(Bytes(3), Bytes(6).AsSpan(0, 12), _initiation) ? side : throw new InvalidOperationException("the initiation is refused");
    }

    private static NoiseHandshake Responder(X25519KeyPair theirs)
    {
        var side = new NoiseHandshake(NoiseProtocol.IKpsk2);
        side.StartResponder(default, theirs);
        side.SetPresharedKey(Bytes(5));
        return side;
    }

    private static byte[] Bytes(byte value) => [.. Enumerable.Repeat(value, 32)];
}
