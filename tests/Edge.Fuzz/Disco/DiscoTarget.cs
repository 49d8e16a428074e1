using Edge.Crypto;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Peers;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;
using Edge.Protocols.Disco;

namespace Edge.Fuzz.Disco;

/// <summary>Messages that may be anything, sealed as their peer would: first by UDP, then by a relay.</summary>
internal sealed class DiscoTarget : FuzzTarget
{
    private static readonly Timestamp s_now = new(1_000_000_000);
    private static readonly DatagramPath s_path = new(new Endpoint(IpAddress.V4(0x7f00_0001), 1), default);

    private static readonly PrivateKey s_ours = new([8, .. new byte[31]]);
    private static readonly PrivateKey s_theirs = new([16, .. new byte[31]]);
    private readonly byte[] _shared = new byte[CryptoBox.SharedKeySize];
    private readonly byte[] _buffer = new byte[PathDiscovery.PollBufferSize];

    public DiscoTarget() => CryptoBox.Precompute(s_theirs.KeyPair.PrivateKey, s_ours.PublicKey.Bytes, _shared);

    public override string Name => "disco";

    public override IReadOnlyList<byte[]> Seeds { get; } = MakeSeeds();

    public override int Run(byte[] input)
    {
        using var core = new PathDiscovery(s_ours, s_ours.PublicKey, new DiscoOptions(), new Zeroes());
        core.SetPeer(s_now, new DiscoPeerOptions { Id = new PeerId(1), NodeKey = s_theirs.PublicKey, DiscoKey = s_theirs.PublicKey, HomeRegion = 1 });
        var packet = new byte[input.Length + DiscoBox.Overhead];
        DiscoBox.Seal(_shared, s_theirs.PublicKey, new byte[24], input, packet);
        var byUdp = core.Handle(s_now, packet, s_path);
        var byRelay = core.HandleRelayed(s_now, packet, 1, s_theirs.PublicKey);
        Check(byUdp is not (DiscoVerdict.NotDisco or DiscoVerdict.Forged), "What is sealed opens.");
        Check(core.StatusOf(new PeerId(1)).Candidates <= DiscoLimits.MaxCandidates, "Candidates are bounded.");
        var sent = 0;
        while (core.Poll(s_now, _buffer, out var outgoing))
        {
            Check(outgoing.Length <= _buffer.Length, "What is polled fits the buffer that was asked for.");
            sent++;
        }
        Check(sent <= DiscoLimits.MaxCandidates + 3, "One message causes no more than a ping for each candidate and an answer.");
        // Anything at all, unsealed.
        core.Handle(s_now, input, s_path);
        return (int)byUdp * 16 + (int)byRelay;
    }

    private static List<byte[]> MakeSeeds()
    {
        var ping = new byte[DiscoPing.Size];
        DiscoPing.Write(ping, "twelve bytes"u8, new byte[32], default);
        var pong = new byte[DiscoPong.Size];
        DiscoPong.Write(pong, "twelve bytes"u8, 0, 1);
        var call = new byte[DiscoCallMeMaybe.Size + 3 * DiscoEndpoint.Size];
        var at = DiscoCallMeMaybe.WriteHeader(call);
        for (var i = 1; i <= 3; i++)
            at += DiscoEndpoint.Write(call.AsSpan(at), IpAddress.V4((uint)i << 24).Bits, (ushort)i);
        return [ping, pong, call, [7, 0, .. new byte[142]], [4, 0, .. new byte[72]]];
    }

    private sealed class Zeroes : EntropySource
    {
        public override void Fill(Span<byte> destination) => destination.Clear();
    }
}
