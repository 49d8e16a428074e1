using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace Edge.Crypto.Tests;

public sealed class Blake2sTests
{
    private const int Seed = 7693;

    [Test]
    public async Task Rfc7693_appendix_B()
    {
        byte[] hash = new byte[32];
        Blake2s.Hash("abc"u8, hash);
        await Bytes.AreEqual(hash, Convert.FromHexString("508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982"));
    }

    [Test]
    public async Task Rfc7693_appendix_E_the_self_test()
    {
        var all = new Blake2s(32);
        foreach (int size in (int[])[16, 20, 28, 32])
        {
            foreach (int length in (int[])[0, 3, 64, 65, 255, 1024])
            {
                byte[] input = Sequence(length, (uint)length);
                byte[] hash = new byte[size];
                Blake2s.Hash(input, hash);
                all.Append(hash);
                Blake2s.Mac(Sequence(size, (uint)size), input, hash);
                all.Append(hash);
            }
        }
        byte[] result = new byte[32];
        all.Finish(result);
        await Bytes.AreEqual(result, Convert.FromHexString("6a411f08ce25adcdfb02aba641451cec53c598b24f4fc787fbdc88797f4c1dfe"));

        static byte[] Sequence(int length, uint seed)
        {
            uint a = 0xdead4bad * seed, b = 1;
            byte[] bytes = new byte[length];
            for (int i = 0; i < length; i++)
            {
                (a, b) = (b, a + b);
                bytes[i] = (byte)(b >> 24);
            }
            return bytes;
        }
    }

    [Test]
    public async Task Every_length_around_the_blocks_in_pieces_of_every_kind_as_in_BouncyCastle()
    {
        var random = new Random(Seed);
        var differences = new List<string>();
        for (int length = 0; length < 700; length++)
        {
            byte[] input = new byte[length];
            random.NextBytes(input);
            byte[] key = new byte[random.Next(33)];
            random.NextBytes(key);
            int size = random.Next(1, 33);
            byte[] expected = new byte[size], actual = new byte[size];
            var oracle = new Blake2sDigest(key, size, null, null);
            oracle.BlockUpdate(input, 0, length);
            oracle.DoFinal(expected, 0);

            var state = new Blake2s(size, key);
            for (int at = 0; at < length;)
            {
                int piece = Math.Min(random.Next(0, 200), length - at);
                state.Append(input.AsSpan(at, piece));
                at += piece;
            }
            state.Finish(actual);
            if (!actual.AsSpan().SequenceEqual(expected))
                differences.Add($"seed {Seed}: {length} bytes, key of {key.Length}, hash of {size}");
        }
        await Assert.That(differences).IsEmpty();
    }

    [Test]
    public async Task Hmac_of_random_keys_as_in_BouncyCastle()
    {
        var random = new Random(Seed);
        var differences = new List<string>();
        for (int i = 0; i < 300; i++)
        {
            byte[] key = new byte[random.Next(200)], first = new byte[random.Next(200)], second = new byte[random.Next(100)];
            random.NextBytes(key);
            random.NextBytes(first);
            random.NextBytes(second);
            byte[] expected = new byte[32], actual = new byte[32];
            var oracle = new HMac(new Blake2sDigest(256));
            oracle.Init(new KeyParameter(key));
            oracle.BlockUpdate(first);
            oracle.BlockUpdate(second);
            oracle.DoFinal(expected, 0);
            Blake2s.Hmac(key, first, second, actual);
            if (!actual.AsSpan().SequenceEqual(expected))
                differences.Add($"seed {Seed}: HMAC {i}");
        }
        await Assert.That(differences).IsEmpty();
    }

    [Test]
    public async Task Misuse_throws()
    {
        await Assert.That(() => Blake2s.Hash(default, new byte[33])).Throws<ArgumentOutOfRangeException>();
        await Assert.That(() => Blake2s.Hash(default, default)).Throws<ArgumentOutOfRangeException>();
        await Assert.That(() => Blake2s.Mac(new byte[33], default, new byte[32])).Throws<ArgumentOutOfRangeException>();
        await Assert.That(() => Blake2s.Hmac(default, default, new byte[31])).Throws<ArgumentException>();
        await Assert.That(() => default(Blake2s).Finish(new byte[32])).Throws<InvalidOperationException>();
        await Assert.That(FinishedTwice).Throws<InvalidOperationException>();

        static void FinishedTwice()
        {
            var state = new Blake2s(32);
            state.Finish(new byte[32]);
            state.Finish(new byte[32]);
        }
    }
}
