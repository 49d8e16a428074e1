using System.Text;

namespace Edge.Crypto.Tests;

public sealed class CryptoLibraryTests
{
    // RFC 8439, section 2.8.2, written once more here: a slip in the library's own copy must not vouch for itself.
    private static readonly byte[] s_key = [.. Enumerable.Range(0x80, 32).Select(i => (byte)i)];
    private static readonly byte[] s_nonce = Convert.FromHexString("070000004041424344454647");
    private static readonly byte[] s_associatedData = Convert.FromHexString("50515253c0c1c2c3c4c5c6c7");
    private static readonly byte[] s_plaintext = Encoding.ASCII.GetBytes(
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.");

    private static byte[] Rfc8439Section282()
    {
        using var oracle = new System.Security.Cryptography.ChaCha20Poly1305(s_key);
        byte[] ciphertext = new byte[s_plaintext.Length];
        byte[] tag = new byte[16];
        oracle.Encrypt(s_nonce, s_plaintext, ciphertext, tag, s_associatedData);
        return [.. ciphertext, .. tag];
    }

    [Test]
    public async Task The_version_is_the_one_NSec_insists_on() =>
        await Assert.That(CryptoLibrary.Version).IsEqualTo("1.0.22");

    [Test]
    public async Task Initialising_twice_is_one_initialisation()
    {
        CryptoLibrary.Initialize();
        CryptoLibrary.Initialize();
        await Assert.That(CryptoLibrary.AnswersAsPublished()).IsTrue();
    }

    [Test]
    public async Task Rfc8439_section_2_8_2_agrees_with_OpenSSL_and_ends_in_the_published_tag()
    {
        byte[] expected = Rfc8439Section282();
        await Assert.That(Convert.ToHexStringLower(expected.AsSpan(^16..))).IsEqualTo("1ae10b594f09e26a7e902ecbd0600691");
        await Assert.That(CryptoLibrary.Seals(s_key, s_nonce, s_associatedData, s_plaintext, expected)).IsTrue();
    }

    [Test]
    [Arguments(0)]
    [Arguments(113)]
    [Arguments(114)]
    [Arguments(129)]
    public async Task One_wrong_bit_in_the_answer_is_noticed(int position)
    {
        byte[] wrong = Rfc8439Section282();
        wrong[position] ^= 1;
        await Assert.That(CryptoLibrary.Seals(s_key, s_nonce, s_associatedData, s_plaintext, wrong)).IsFalse();
    }
}
