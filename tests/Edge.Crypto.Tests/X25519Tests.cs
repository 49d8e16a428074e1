using BouncyX25519 = Org.BouncyCastle.Math.EC.Rfc7748.X25519;

namespace Edge.Crypto.Tests;

public sealed class X25519Tests
{
    private const int Seed = 7748;

    [Test]
    [Arguments(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [Arguments(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public async Task Rfc7748_section_5_2(string scalar, string point, string expected)
    {
        byte[] shared = new byte[32];
        await Assert.That(X25519.Agree(Convert.FromHexString(scalar), Convert.FromHexString(point), shared)).IsTrue();
        await Bytes.AreEqual(shared, Convert.FromHexString(expected));
    }

    [Test]
    [Arguments(1, "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079")]
    [Arguments(1000, "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51")]
    public async Task Rfc7748_section_5_2_iterated(int iterations, string expected)
    {
        byte[] k = new byte[32], u = new byte[32];
        k[0] = u[0] = 9;
        for (int i = 0; i < iterations; i++)
        {
            byte[] result = new byte[32];
            if (!X25519.Agree(k, u, result))
                Assert.Fail($"iteration {i} is refused");
            (k, u) = (result, k);
        }
        await Bytes.AreEqual(k, Convert.FromHexString(expected));
    }

    [Test]
    public async Task Rfc7748_section_6_1()
    {
        using var alice = new X25519KeyPair(Convert.FromHexString("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
        using var bob = new X25519KeyPair(Convert.FromHexString("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
        await Bytes.AreEqual(alice.PublicKey.ToArray(), Convert.FromHexString("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"));
        await Bytes.AreEqual(bob.PublicKey.ToArray(), Convert.FromHexString("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));
        byte[] one = new byte[32], other = new byte[32];
        await Assert.That(alice.Agree(bob.PublicKey, one) && bob.Agree(alice.PublicKey, other)).IsTrue();
        await Bytes.AreEqual(one, Convert.FromHexString("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"));
        await Bytes.AreEqual(other, one);
    }

    [Test]
    public async Task Random_keys_agree_as_in_BouncyCastle()
    {
        var random = new Random(Seed);
        for (int i = 0; i < 300; i++)
        {
            byte[] scalar = new byte[32], point = new byte[32], shared = new byte[32], expected = new byte[32], publicKey = new byte[32];
            random.NextBytes(scalar);
            random.NextBytes(point);
            BouncyX25519.ScalarMult(scalar, 0, point, 0, expected, 0);
            if (!X25519.Agree(scalar, point, shared) || !shared.AsSpan().SequenceEqual(expected))
                Assert.Fail($"seed {Seed}, agreement {i} differs");
            BouncyX25519.ScalarMultBase(scalar, 0, expected, 0);
            X25519.PublicKey(scalar, publicKey);
            if (!publicKey.AsSpan().SequenceEqual(expected))
                Assert.Fail($"seed {Seed}, public key {i} differs");
        }
        await Assert.That(X25519.Agree(new byte[32], new byte[32], new byte[32])).IsFalse();
    }

    [Test]
    public async Task A_key_pair_has_no_text_compares_itself_and_is_zeroed()
    {
        byte[] secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        var pair = new X25519KeyPair(secret);
        using var same = new X25519KeyPair(secret);
        using var other = new X25519KeyPair(new byte[32]);
        await Assert.That(pair.ToString()).IsEqualTo("(private key)");
        await Assert.That($"{pair}").DoesNotContain(Convert.ToHexString(secret));
        await Assert.That(pair.Equals(same)).IsTrue();
        await Assert.That(pair.GetHashCode()).IsEqualTo(same.GetHashCode());
        await Assert.That(pair.Equals(other)).IsFalse();

        string publicKey = Convert.ToHexString(pair.PublicKey);
        pair.Dispose();
        await Assert.That(() => pair.PrivateKey.Length).Throws<ObjectDisposedException>();
        await Assert.That(Convert.ToHexString(pair.PublicKey)).IsEqualTo(publicKey);
    }
}
