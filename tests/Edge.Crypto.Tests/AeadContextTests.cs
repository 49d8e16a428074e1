using System.Buffers.Binary;
using SystemChaCha20Poly1305 = System.Security.Cryptography.ChaCha20Poly1305;

namespace Edge.Crypto.Tests;

public sealed class AeadContextTests
{
    private const int Seed = 20_390;

    [Test]
    [Arguments(AeadImplementation.Sodium)]
    [Arguments(AeadImplementation.OpenSsl)]
    public async Task Random_packets_are_sealed_as_NET_seals_them_and_opened_again(AeadImplementation implementation)
    {
        using var context = new AeadContext(implementation);
        var random = new Random(Seed);
        byte[][] keys = [.. Enumerable.Range(0, 3).Select(_ => Next(random, 32))];
        for (int i = 0; i < 3000; i++)
        {
            byte[] key = keys[random.Next(keys.Length)];
            ulong counter = (ulong)random.NextInt64();
            byte[] plaintext = Next(random, i < 600 ? i : random.Next(9000));
            byte[] expected = new byte[plaintext.Length + 16];
            byte[] nonce = new byte[12];
            BinaryPrimitives.WriteUInt64LittleEndian(nonce.AsSpan(4), counter);
            using (var oracle = new SystemChaCha20Poly1305(key))
                oracle.Encrypt(nonce, plaintext, expected.AsSpan(0, plaintext.Length), expected.AsSpan(plaintext.Length));

            byte[] packet = [.. plaintext, .. new byte[16]];
            context.Seal(key, counter, packet);
            if (!packet.AsSpan().SequenceEqual(expected))
                Assert.Fail($"seed {Seed}, packet {i} of {plaintext.Length} bytes is sealed differently");
            byte[] apart = new byte[plaintext.Length];
            bool isOpen = context.Open(key, counter, packet, apart) & context.Open(key, counter, packet);
            if (!isOpen || !apart.AsSpan().SequenceEqual(plaintext) || !packet.AsSpan(0, plaintext.Length).SequenceEqual(plaintext))
                Assert.Fail($"seed {Seed}, packet {i} of {plaintext.Length} bytes does not open");
        }
        await Assert.That(context.Implementation).IsEqualTo(implementation);
    }

    [Test]
    [Arguments(AeadImplementation.Sodium, 0)]
    [Arguments(AeadImplementation.Sodium, 1420)]
    [Arguments(AeadImplementation.OpenSsl, 0)]
    [Arguments(AeadImplementation.OpenSsl, 64)]
    [Arguments(AeadImplementation.OpenSsl, 65)]
    [Arguments(AeadImplementation.OpenSsl, 1420)]
    public async Task One_wrong_bit_anywhere_is_refused_and_leaves_zeros(AeadImplementation implementation, int size)
    {
        using var context = new AeadContext(implementation);
        byte[] key = Next(new Random(Seed), 32);
        byte[] genuine = new byte[size + 16];
        context.Seal(key, 7, genuine);
        for (int bit = 0; bit < genuine.Length * 8; bit += 13)
        {
            byte[] packet = [.. genuine];
            packet[bit / 8] ^= (byte)(1 << bit % 8);
            if (context.Open(key, 7, packet))
                Assert.Fail($"bit {bit} is wrong and it opens");
            if (packet.AsSpan(0, size).ContainsAnyExcept((byte)0))
                Assert.Fail($"bit {bit} is wrong and unauthenticated plaintext is left");
        }
        await Assert.That(context.Open(key, 8, [.. genuine])).IsFalse();
        await Assert.That(context.Open(new byte[32], 7, [.. genuine])).IsFalse();
        await Assert.That(context.Open(key, 7, [.. genuine])).IsTrue();
    }

    [Test]
    [Arguments(AeadImplementation.Sodium)]
    [Arguments(AeadImplementation.OpenSsl)]
    public async Task What_is_shorter_than_a_tag_does_not_open(AeadImplementation implementation)
    {
        using var context = new AeadContext(implementation);
        for (int size = 0; size < 16; size++)
            await Assert.That(context.Open(new byte[32], 0, new byte[size])).IsFalse();
    }

    [Test]
    [Arguments(AeadImplementation.Sodium)]
    [Arguments(AeadImplementation.OpenSsl)]
    public async Task After_forgetting_the_same_key_seals_the_same(AeadImplementation implementation)
    {
        using var context = new AeadContext(implementation);
        byte[] key = Next(new Random(Seed), 32);
        byte[] before = new byte[200], after = new byte[200], zero = new byte[200], expected = new byte[200];
        context.Seal(key, 1, before);
        context.Forget();
        context.Seal(key, 1, after);
        await Bytes.AreEqual(after, before);
        context.Forget();
        context.Seal(new byte[32], 1, zero);
        ChaCha20Poly1305.Seal(new byte[32], 1, default, new byte[184], expected);
        await Bytes.AreEqual(zero, expected);
    }

    [Test]
    [Arguments(AeadImplementation.Sodium)]
    [Arguments(AeadImplementation.OpenSsl)]
    public async Task A_packet_allocates_nothing(AeadImplementation implementation)
    {
        using var context = new AeadContext(implementation);
        byte[][] keys = [new byte[32], Next(new Random(Seed), 32)];
        byte[] packet = new byte[1436];
        _ = Rounds(10);
        await Assert.That(Rounds(1000)).IsEqualTo(0);

        long Rounds(int count)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < count; i++)
            {
                Span<byte> span = packet.AsSpan(0, i % 2 == 0 ? 1436 : 80);
                context.Seal(keys[i / 2 & 1], (ulong)i, span);
                if (!context.Open(keys[i / 2 & 1], (ulong)i, span) || context.Open(keys[0], 0, span))
                    throw new InvalidOperationException("a genuine packet must open, a plaintext must not");
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Test]
    public async Task Misuse_throws_before_a_byte_is_written()
    {
        using var context = new AeadContext();
        byte[] buffer = new byte[200];
        await Assert.That(() => context.Seal(new byte[31], 0, buffer)).Throws<ArgumentException>();
        await Assert.That(() => context.Seal(new byte[32], 0, new byte[15])).Throws<ArgumentException>();
        await Assert.That(() => context.Seal(new byte[32], 0, buffer.AsSpan(0, 100), buffer.AsSpan(1, 116))).Throws<ArgumentException>();
        await Assert.That(() => context.Seal(new byte[32], 0, new byte[100], buffer.AsSpan(0, 115))).Throws<ArgumentException>();
        await Assert.That(() => context.Open(new byte[33], 0, buffer)).Throws<ArgumentException>();
        await Assert.That(() => context.Open(new byte[32], 0, buffer, new byte[200])).Throws<ArgumentException>();
        await Assert.That(buffer.All(b => b == 0)).IsTrue();
        context.Dispose();
        await Assert.That(() => context.Seal(new byte[32], 0, buffer)).Throws<ObjectDisposedException>();
    }

    [Test]
    public async Task It_vouches_for_itself() => await Assert.That(new AeadContext().AgreesWithSodium(1420)).IsTrue();

    private static byte[] Next(Random random, int size)
    {
        byte[] bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }
}
