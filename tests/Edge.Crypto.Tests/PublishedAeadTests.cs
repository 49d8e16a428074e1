using System.Text;

namespace Edge.Crypto.Tests;

/// <summary>The examples of RFC 8439, of the XChaCha draft and of NaCl. RFC 8439 section 2.8.2 is in CryptoLibraryTests.</summary>
public sealed class PublishedAeadTests
{
    private const string Sunscreen =
        "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";

    [Test]
    public async Task Rfc8439_section_2_8_2()
    {
        byte[] plaintext = Encoding.ASCII.GetBytes(Sunscreen);
        byte[] sealedMessage = new byte[plaintext.Length + 16];
        ChaCha20Poly1305.Seal(
            Range(0x80, 32), Convert.FromHexString("070000004041424344454647"), Convert.FromHexString("50515253c0c1c2c3c4c5c6c7"), plaintext, sealedMessage);
        await Bytes.AreEqual(sealedMessage, Convert.FromHexString(
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
            + "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"));
    }

    [Test]
    public async Task Rfc8439_appendix_A_5()
    {
        byte[] sealedMessage = Convert.FromHexString(
            "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb24c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
            + "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c8559797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
            + "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523eaf4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
            + "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a1049e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
            + "a6ad5cb4022b02709beead9d67890cbb22392336fea1851f38");
        byte[] plaintext = new byte[sealedMessage.Length - 16];
        bool isOpen = ChaCha20Poly1305.Open(
            Convert.FromHexString("1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0"), Convert.FromHexString("000000000102030405060708"),
            Convert.FromHexString("f33388860000000000004e91"), sealedMessage, plaintext);
        await Assert.That(isOpen).IsTrue();
        await Assert.That(Encoding.UTF8.GetString(plaintext)).StartsWith("Internet-Drafts are draft documents valid for a maximum of six months").And.EndsWith("/“work in progress./”");
    }

    [Test]
    public async Task Draft_irtf_cfrg_xchacha_03_appendix_A_3_1()
    {
        byte[] plaintext = Encoding.ASCII.GetBytes(Sunscreen);
        byte[] sealedMessage = new byte[plaintext.Length + 16];
        byte[] associatedData = Convert.FromHexString("50515253c0c1c2c3c4c5c6c7");
        XChaCha20Poly1305.Seal(Range(0x80, 32), Range(0x40, 24), associatedData, plaintext, sealedMessage);
        await Bytes.AreEqual(sealedMessage, Convert.FromHexString(
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
            + "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49"));
        byte[] inPlace = [.. sealedMessage];
        await Assert.That(XChaCha20Poly1305.Open(Range(0x80, 32), Range(0x40, 24), associatedData, inPlace, inPlace.AsSpan(0, plaintext.Length))).IsTrue();
        await Bytes.AreEqual(inPlace[..^16], plaintext);
    }

    /// <summary>Bernstein, "Cryptography in NaCl", sections 2 to 10: Alice's packet to Bob.</summary>
    [Test]
    public async Task The_box_of_Cryptography_in_NaCl()
    {
        byte[] alice = Convert.FromHexString("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        byte[] bob = Convert.FromHexString("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        byte[] nonce = Convert.FromHexString("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
        byte[] message = Convert.FromHexString(
            "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31"
            + "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705");
        byte[] box = new byte[message.Length + 16];
        byte[] shared = new byte[32];
        await Assert.That(CryptoBox.Precompute(alice, bob, shared)).IsTrue();
        await Bytes.AreEqual(shared, Convert.FromHexString("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389"));
        await Assert.That(CryptoBox.Seal(alice, bob, nonce, message, box)).IsTrue();
        await Bytes.AreEqual(box, Convert.FromHexString(
            "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972"
            + "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3"
            + "7973f622a43d14a6599b1f654cb45a74e355a5"));
    }

    [Test]
    public async Task A_box_to_a_key_of_low_order_is_refused_and_leaves_zeros()
    {
        byte[] box = [.. Enumerable.Repeat((byte)0xaa, 20)];
        await Assert.That(CryptoBox.Seal(Range(1, 32), new byte[32], new byte[24], new byte[4], box)).IsFalse();
        await Assert.That(box.All(b => b == 0)).IsTrue();
        await Assert.That(CryptoBox.Open(Range(1, 32), new byte[32], new byte[24], new byte[20], box.AsSpan(0, 4))).IsFalse();
    }

    [Test]
    public async Task Misuse_throws()
    {
        byte[] buffer = new byte[64];
        await Assert.That(() => ChaCha20Poly1305.Seal(new byte[32], new byte[11], default, default, new byte[16])).Throws<ArgumentException>();
        await Assert.That(() => ChaCha20Poly1305.Open(new byte[32], new byte[12], default, buffer.AsSpan(0, 32), buffer.AsSpan(4, 16))).Throws<ArgumentException>();
        await Assert.That(() => XChaCha20Poly1305.Seal(new byte[32], new byte[12], default, default, new byte[16])).Throws<ArgumentException>();
        await Assert.That(() => CryptoBox.Seal(new byte[32], new byte[24], buffer.AsSpan(0, 16), buffer.AsSpan(0, 32))).Throws<ArgumentException>();
        await Assert.That(() => X25519.PublicKey(new byte[31], new byte[32])).Throws<ArgumentException>();
    }

    private static byte[] Range(int first, int count) => [.. Enumerable.Range(first, count).Select(i => (byte)i)];
}
