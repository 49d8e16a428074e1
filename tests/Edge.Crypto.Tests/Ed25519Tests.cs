using System.Text.Json;
using BouncyEd25519 = Org.BouncyCastle.Math.EC.Rfc8032.Ed25519;

namespace Edge.Crypto.Tests;

public sealed class Ed25519Tests
{
    private const int Seed = 8032;

    // Its message of 1,023 bytes and its signature are Wycheproof's as well: they are read there.
    private const string Test1024 = "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5";

    [Test]
    [Arguments(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [Arguments(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    [Arguments(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
    [Arguments(
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42", "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704")]
    public async Task Rfc8032_section_7_1(string privateKey, string publicKey, string message, string signature)
    {
        byte[] actualKey = new byte[32], actual = new byte[64];
        Ed25519.PublicKey(Convert.FromHexString(privateKey), actualKey);
        await Bytes.AreEqual(actualKey, Convert.FromHexString(publicKey));
        Ed25519.Sign(Convert.FromHexString(privateKey), Convert.FromHexString(message), actual);
        await Bytes.AreEqual(actual, Convert.FromHexString(signature));
        await Assert.That(Ed25519.Verify(actualKey, Convert.FromHexString(message), actual)).IsTrue();
        actual[40] ^= 1;
        await Assert.That(Ed25519.Verify(actualKey, Convert.FromHexString(message), actual)).IsFalse();
    }

    [Test]
    public async Task Rfc8032_section_7_1_test_1024()
    {
        JsonElement vector = Vectors.Read("wycheproof/ed25519_test.json").GetProperty("testGroups").EnumerateArray()
            .SelectMany(group => group.GetProperty("tests").EnumerateArray()).Single(test => test.Text("comment").EndsWith("Test 1024", StringComparison.Ordinal));
        await Assert.That(vector.Hex("msg").Length).IsEqualTo(1023);
        byte[] signature = new byte[64];
        Ed25519.Sign(Convert.FromHexString(Test1024), vector.Hex("msg"), signature);
        await Bytes.AreEqual(signature, vector.Hex("sig"));
    }

    [Test]
    public async Task Random_messages_are_signed_and_judged_as_in_BouncyCastle()
    {
        var random = new Random(Seed);
        for (int i = 0; i < 200; i++)
        {
            byte[] privateKey = new byte[32], message = new byte[random.Next(300)], publicKey = new byte[32];
            random.NextBytes(privateKey);
            random.NextBytes(message);
            byte[] signature = new byte[64], expected = new byte[64];
            Ed25519.PublicKey(privateKey, publicKey);
            Ed25519.Sign(privateKey, message, signature);
            BouncyEd25519.Sign(privateKey, 0, message, 0, message.Length, expected, 0);
            if (!signature.AsSpan().SequenceEqual(expected) || !Ed25519.Verify(publicKey, message, signature))
                Assert.Fail($"seed {Seed}, signature {i} differs");
            signature[random.Next(64)] ^= (byte)(1 << random.Next(8));
            if (Ed25519.Verify(publicKey, message, signature) != BouncyEd25519.Verify(signature, 0, publicKey, 0, message, 0, message.Length))
                Assert.Fail($"seed {Seed}, verdict {i} differs");
        }
        await Assert.That(Ed25519.Verify(new byte[32], default, new byte[64])).IsFalse();
    }
}
