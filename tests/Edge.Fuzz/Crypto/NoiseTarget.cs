using Edge.Crypto;
using Edge.Crypto.Noise;

namespace Edge.Fuzz.Crypto;

/// <summary>Both sides of WireGuard's handshake read a message of anybody: only the genuine one is taken, and a refused one changes nothing.</summary>
internal sealed class NoiseTarget : FuzzTarget
{
    private readonly X25519KeyPair _ours = new(Bytes(1));
    private readonly X25519KeyPair _theirs = new(Bytes(2));
    private readonly NoiseHandshake _initiator = new(NoiseProtocol.IKpsk2);
    private readonly NoiseHandshake _responder = new(NoiseProtocol.IKpsk2);
    private readonly byte[] _initiation = new byte[NoiseProtocol.InitiationOverhead + 12];
    private readonly byte[] _response = new byte[NoiseProtocol.ResponseOverhead];

    public NoiseTarget()
    {
        Start();
        var payload = new byte[12];
        _ = _responder.ReadMessage(_initiation, payload) && _responder.WriteMessage(Bytes(4), default, _response);
    }

    public override string Name => "noise";

    public override IReadOnlyList<byte[]> Seeds => [_initiation, _response];

    public override int Run(byte[] input)
    {
        Start();
        var isInitiation = Takes(_responder, input, NoiseProtocol.InitiationOverhead);
        var isResponse = Takes(_initiator, input, NoiseProtocol.ResponseOverhead);
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

    private void Start()
    {
        _initiator.StartInitiator(default, _ours, _theirs.PublicKey);
        _initiator.SetPresharedKey(Bytes(5));
        _responder.StartResponder(default, _theirs);
        _responder.SetPresharedKey(Bytes(5));
        _ = _initiator.WriteMessage(Bytes(3), Bytes(6).AsSpan(0, 12), _initiation);
    }

    private static byte[] Bytes(byte value) => [.. Enumerable.Repeat(value, 32)];
}
