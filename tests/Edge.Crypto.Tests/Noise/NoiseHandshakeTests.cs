using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Edge.Crypto.Noise;

namespace Edge.Crypto.Tests.Noise;

public sealed class NoiseHandshakeTests
{
    private static readonly byte[] s_ephemeral = [.. Enumerable.Range(100, 32).Select(i => (byte)i)];
    private static readonly byte[] s_otherEphemeral = [.. Enumerable.Range(150, 32).Select(i => (byte)i)];

    [Test]
    public async Task A_forged_response_changes_nothing_and_the_genuine_one_still_completes()
    {
        using var sides = new Sides();
        byte[] response = sides.Respond(sides.Initiate());
        string before = Convert.ToHexString(sides.Initiator.Hash);
        for (int i = 0; i < response.Length; i++)
        {
            byte[] forged = [.. response];
            forged[i] ^= 0x10;
            if (sides.Initiator.ReadMessage(forged, default))
                Assert.Fail($"byte {i} is wrong and it is taken");
        }
        await Assert.That(sides.Initiator.ReadMessage(response.AsSpan(0, 47), default)).IsFalse();
        await Assert.That(Convert.ToHexString(sides.Initiator.Hash)).IsEqualTo(before);
        await Assert.That(sides.Initiator.ReadMessage(response, default)).IsTrue();
        await Assert.That(sides.Initiator.IsComplete).IsTrue();
    }

    [Test]
    public async Task A_forged_initiation_is_refused_at_every_byte_and_its_payload_is_zeroed()
    {
        using var sides = new Sides();
        byte[] initiation = sides.Initiate();
        byte[] payload = new byte[12];
        for (int i = 0; i < initiation.Length; i++)
        {
            byte[] forged = [.. initiation];
            forged[i] ^= 0x80;
            payload.AsSpan().Fill(0xaa);
            // The top bit of an X25519 key changes no point, but the hash: do not normalise.
            if (sides.Responder.ReadMessage(forged, payload) || payload.AsSpan().ContainsAnyExcept((byte)0))
                Assert.Fail($"byte {i} is wrong and it is taken");
        }
        for (int size = 0; size < NoiseProtocol.InitiationOverhead; size++)
        {
            if (sides.Responder.ReadMessage(initiation.AsSpan(0, size), default))
                Assert.Fail($"{size} bytes are taken");
        }
        await Assert.That(sides.Responder.ReadMessage(initiation, payload)).IsTrue();
        await Assert.That(payload.All(b => b == 5)).IsTrue();
    }

    [Test]
    public async Task Another_prologue_another_responder_and_another_preshared_key_do_not_agree()
    {
        using var sides = new Sides();
        byte[] initiation = sides.Initiate();
        using var stranger = new X25519KeyPair(s_otherEphemeral);
        using var other = new NoiseHandshake(NoiseProtocol.IKpsk2);
        other.StartResponder("another"u8, sides.Theirs);
        await Assert.That(other.ReadMessage(initiation, new byte[12])).IsFalse();
        other.StartResponder(Sides.Prologue, stranger);
        await Assert.That(other.ReadMessage(initiation, new byte[12])).IsFalse();

        await Assert.That(sides.Responder.ReadMessage(initiation, new byte[12])).IsTrue();
        sides.Responder.SetPresharedKey(s_ephemeral);
        byte[] response = new byte[NoiseProtocol.ResponseOverhead];
        await Assert.That(sides.Responder.WriteMessage(s_otherEphemeral, default, response)).IsTrue();
        await Assert.That(sides.Initiator.ReadMessage(response, default)).IsFalse();
    }

    [Test]
    public async Task Keys_of_low_order_are_refused_on_both_sides()
    {
        using var sides = new Sides();
        using var initiator = new NoiseHandshake(NoiseProtocol.IK);
        initiator.StartInitiator(default, sides.Ours, new byte[32]);
        byte[] message = [.. Enumerable.Repeat((byte)0xaa, NoiseProtocol.InitiationOverhead)];
        await Assert.That(initiator.WriteMessage(s_ephemeral, default, message)).IsFalse();
        await Assert.That(message.All(b => b == 0)).IsTrue();

        byte[] initiation = sides.Initiate();
        initiation.AsSpan(0, 32).Clear();
        await Assert.That(sides.Responder.ReadMessage(initiation, new byte[12])).IsFalse();
    }

    [Test]
    public async Task Who_sent_it_is_known_before_the_rest_is_read()
    {
        using var sides = new Sides();
        byte[] initiation = sides.Initiate();
        await Assert.That(() => sides.Responder.RemoteStatic.Length).Throws<InvalidOperationException>();
        byte[] forged = [.. initiation];
        forged[40] ^= 1;
        await Assert.That(sides.Responder.ReadStatic(forged)).IsFalse();
        await Assert.That(sides.Responder.ReadStatic(initiation)).IsTrue();
        await Bytes.AreEqual(sides.Responder.RemoteStatic.ToArray(), sides.Ours.PublicKey.ToArray());
        // The static part is genuine, the rest is not.
        forged = [.. initiation];
        forged[^1] ^= 1;
        await Assert.That(sides.Responder.ReadMessage(forged, new byte[12])).IsFalse();
        await Assert.That(sides.Responder.ReadMessage(initiation, new byte[12])).IsTrue();
    }

    [Test]
    public async Task Misuse_throws()
    {
        using var sides = new Sides();
        using var idle = new NoiseHandshake(NoiseProtocol.IK);
        byte[] message = new byte[NoiseProtocol.InitiationOverhead];
        await Assert.That(() => idle.WriteMessage(s_ephemeral, default, message)).Throws<InvalidOperationException>();
        await Assert.That(() => idle.Hash.Length).Throws<InvalidOperationException>();
        await Assert.That(() => sides.Responder.WriteMessage(s_ephemeral, default, message)).Throws<InvalidOperationException>();
        await Assert.That(() => sides.Initiator.ReadMessage(message, default)).Throws<InvalidOperationException>();
        await Assert.That(() => sides.Initiator.WriteMessage(s_ephemeral, default, new byte[95])).Throws<ArgumentException>();
        await Assert.That(() => sides.Initiator.Split(new byte[32], new byte[32])).Throws<InvalidOperationException>();
        idle.StartInitiator(default, sides.Ours, sides.Theirs.PublicKey);
        await Assert.That(() => idle.SetPresharedKey(new byte[32])).Throws<InvalidOperationException>();

        using var forgetful = new NoiseHandshake(NoiseProtocol.IKpsk2);
        forgetful.StartResponder(Sides.Prologue, sides.Theirs);
        await Assert.That(forgetful.ReadMessage(sides.Initiate(), new byte[12])).IsTrue();
        await Assert.That(() => forgetful.WriteMessage(s_ephemeral, default, new byte[48])).Throws<InvalidOperationException>();
    }

    [Test]
    public async Task A_handshake_that_is_split_or_cleared_holds_only_zeros()
    {
        using var sides = new Sides();
        byte[] response = sides.Respond(sides.Initiate());
        await Assert.That(sides.Initiator.ReadMessage(response, default)).IsTrue();
        await Assert.That(IsZero(sides.Initiator)).IsFalse();
        sides.Initiator.Split(new byte[32], new byte[32]);
        await Assert.That(IsZero(sides.Initiator)).IsTrue();
        sides.Responder.Clear();
        await Assert.That(IsZero(sides.Responder)).IsTrue();
        await Assert.That(sides.Responder.ToString()).IsEqualTo("(idle, 0 of 2 messages)");

        static bool IsZero(NoiseHandshake handshake)
        {
            object state = typeof(NoiseHandshake).GetField("_state", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(handshake)!;
            // The boxed value's bytes: eight fields of 32 bytes, whatever their order.
            ref byte first = ref Unsafe.As<Box>(state).First;
            return !MemoryMarshal.CreateSpan(ref first, 8 * 32).ContainsAnyExcept((byte)0);
        }
    }

    [Test]
    public async Task A_handshake_allocates_nothing()
    {
        using var sides = new Sides();
        byte[] initiation = new byte[NoiseProtocol.InitiationOverhead + 12], response = new byte[NoiseProtocol.ResponseOverhead], payload = new byte[12];
        byte[] send = new byte[32], receive = new byte[32];
        _ = Round();
        await Assert.That(Round()).IsEqualTo(0);

        long Round()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            sides.Start();
            bool isAgreed = sides.Initiator.WriteMessage(s_ephemeral, payload, initiation)
                && sides.Responder.ReadStatic(initiation)
                && sides.Responder.ReadMessage(initiation, payload)
                && sides.Responder.WriteMessage(s_otherEphemeral, default, response)
                && sides.Initiator.ReadMessage(response, default);
            sides.Initiator.Split(send, receive);
            sides.Responder.Split(receive, send);
            return isAgreed ? GC.GetAllocatedBytesForCurrentThread() - before : throw new InvalidOperationException("no agreement");
        }
    }

    private sealed class Box
    {
        public byte First;
    }

    /// <summary>Two endpoints of WireGuard's pattern, started.</summary>
    private sealed class Sides : IDisposable
    {
        public Sides() => Start();

        public static ReadOnlySpan<byte> Prologue => "WireGuard v1 zx2c4 Jason@zx2c4.com"u8;

        public X25519KeyPair Ours { get; } = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

        public X25519KeyPair Theirs { get; } = new([.. Enumerable.Range(51, 32).Select(i => (byte)i)]);

        public NoiseHandshake Initiator { get; } = new(NoiseProtocol.IKpsk2);

        public NoiseHandshake Responder { get; } = new(NoiseProtocol.IKpsk2);

        public void Start()
        {
            Span<byte> none = stackalloc byte[32];
            none.Clear();
            Initiator.StartInitiator(Prologue, Ours, Theirs.PublicKey);
            Initiator.SetPresharedKey(none);
            Responder.StartResponder(Prologue, Theirs);
            Responder.SetPresharedKey(none);
        }

        public byte[] Initiate()
        {
            byte[] message = new byte[NoiseProtocol.InitiationOverhead + 12];
            return Initiator.WriteMessage(s_ephemeral, Enumerable.Repeat((byte)5, 12).ToArray(), message) ? message : throw new InvalidOperationException("refused");
        }

        public byte[] Respond(byte[] initiation)
        {
            byte[] message = new byte[NoiseProtocol.ResponseOverhead];
            return Responder.ReadMessage(initiation, new byte[12]) && Responder.WriteMessage(s_otherEphemeral, default, message)
                ? message
                : throw new InvalidOperationException("refused");
        }

        public void Dispose()
        {
            Initiator.Dispose();
            Responder.Dispose();
            Ours.Dispose();
            Theirs.Dispose();
        }
    }
}
