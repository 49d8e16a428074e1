using System.Text.Json;

namespace Edge.Crypto.Tests;

/// <summary>tests/vectors/wycheproof: inputs that broke other implementations.</summary>
public sealed class WycheproofTests
{
    private delegate void Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> sealedMessage);

    private delegate bool Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> sealedMessage, Span<byte> plaintext);

    [Test]
    public async Task ChaCha20Poly1305_judges_all_325() =>
        await Judge("chacha20_poly1305", ChaCha20Poly1305.NonceSize, 325, ChaCha20Poly1305.Seal, ChaCha20Poly1305.Open);

    [Test]
    public async Task XChaCha20Poly1305_judges_all_315() =>
        await Judge("xchacha20_poly1305", XChaCha20Poly1305.NonceSize, 315, XChaCha20Poly1305.Seal, XChaCha20Poly1305.Open);

    [Test]
    public async Task X25519_computes_all_518_and_refuses_a_zero_secret()
    {
        int count = 0;
        foreach ((_, JsonElement test) in Tests("x25519"))
        {
            byte[] shared = new byte[32];
            bool isAgreed = X25519.Agree(test.Hex("private"), test.Hex("public"), shared);
            if (isAgreed == test.Hex("shared").All(b => b == 0) || !shared.AsSpan().SequenceEqual(test.Hex("shared")))
                Assert.Fail($"tcId {test.Number("tcId")}: {test.Text("comment")}");
            count++;
        }
        await Assert.That(count).IsEqualTo(518);
    }

    [Test]
    public async Task Ed25519_judges_all_151()
    {
        int count = 0;
        foreach ((JsonElement group, JsonElement test) in Tests("ed25519"))
        {
            bool isVerified = Ed25519.Verify(group.GetProperty("publicKey").Hex("pk"), test.Hex("msg"), test.Hex("sig"));
            if (isVerified != (test.Text("result") == "valid"))
                Assert.Fail($"tcId {test.Number("tcId")}: {test.Text("comment")}");
            count++;
        }
        await Assert.That(count).IsEqualTo(151);
    }

    private static async Task Judge(string name, int nonceSize, int expected, Seal seal, Open open)
    {
        int count = 0;
        foreach ((_, JsonElement test) in Tests(name))
        {
            count++;
            byte[] key = test.Hex("key"), nonce = test.Hex("iv"), data = test.Hex("aad"), plaintext = test.Hex("msg");
            byte[] sealedMessage = [.. test.Hex("ct"), .. test.Hex("tag")];
            byte[] opened = new byte[plaintext.Length], actual = new byte[plaintext.Length + 16];
            if (nonce.Length != nonceSize)
            {
                // Another size of nonce is a mistake of the caller here.
                await Assert.That(test.Text("result")).IsEqualTo("invalid");
                await Assert.That(() => seal(key, nonce, data, plaintext, actual)).Throws<ArgumentException>();
                continue;
            }
            bool isValid = test.Text("result") == "valid";
            seal(key, nonce, data, plaintext, actual);
            if (open(key, nonce, data, sealedMessage, opened) != isValid
                || isValid != actual.AsSpan().SequenceEqual(sealedMessage)
                || isValid != opened.AsSpan().SequenceEqual(plaintext) && plaintext.Length > 0)
            {
                Assert.Fail($"tcId {test.Number("tcId")}: {test.Text("comment")}");
            }
        }
        await Assert.That(count).IsEqualTo(expected);
    }

    private static IEnumerable<(JsonElement Group, JsonElement Test)> Tests(string name) =>
        from JsonElement testGroup in Vectors.Read($"wycheproof/{name}_test.json").GetProperty("testGroups").EnumerateArray()
        from JsonElement test in testGroup.GetProperty("tests").EnumerateArray()
        select (testGroup, test);
}
