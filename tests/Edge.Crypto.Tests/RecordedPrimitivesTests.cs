using System.Text.Json;

namespace Edge.Crypto.Tests;

/// <summary>tests/vectors/nacl_box: what golang.org/x/crypto and wireguard-go computed.</summary>
public sealed class RecordedPrimitivesTests
{
    [Test]
    public async Task X25519_agrees_and_refuses_the_same_points()
    {
        foreach (JsonElement vector in Vectors.All("nacl_box/x25519.json"))
        {
            byte[] shared = [.. Enumerable.Repeat((byte)0xaa, 32)];
            bool isAgreed = X25519.Agree(vector.Hex("scalar"), vector.Hex("point"), shared);
            bool isRefused = vector.GetProperty("output").ValueKind == JsonValueKind.Null;
            await Assert.That(isAgreed).IsNotEqualTo(isRefused);
            await Bytes.AreEqual(shared, isRefused ? new byte[32] : vector.Hex("output"));
        }
    }

    [Test]
    public async Task Blake2s_plain_and_keyed_of_16_and_32_bytes()
    {
        foreach (JsonElement vector in Vectors.All("nacl_box/blake2s.json"))
        {
            byte[] mac = new byte[vector.Number("output_bits") / 8];
            Blake2s.Mac(vector.Hex("key"), vector.Hex("input"), mac);
            await Bytes.AreEqual(mac, vector.Hex("hash"));
        }
    }

    [Test]
    public async Task Hmac_of_Blake2s_with_keys_of_every_size()
    {
        foreach (JsonElement vector in Vectors.All("nacl_box/hmac_blake2s.json"))
        {
            byte[] mac = new byte[32];
            Blake2s.Hmac(vector.Hex("key"), vector.Hex("input"), mac);
            await Bytes.AreEqual(mac, vector.Hex("hmac"));
        }
    }

    [Test]
    public async Task Hkdf_with_one_two_and_three_outputs()
    {
        foreach (JsonElement vector in Vectors.All("nacl_box/kdf_blake2s.json"))
        {
            byte[] salt = vector.Hex("chaining_key");
            byte[] input = vector.Hex("input");
            byte[] t1 = new byte[32], t2 = new byte[32], t3 = new byte[32];
            Hkdf.Blake2s(salt, input, t1);
            await Bytes.AreEqual(t1, vector.Hex("t1"));
            Hkdf.Blake2s(salt, input, t1, t2);
            await Bytes.AreEqual(t2, vector.Hex("t2"));
            // In the inputs' own memory, as the handshake does it.
            Hkdf.Blake2s(salt, input, salt, t2, t3);
            await Bytes.AreEqual(salt, vector.Hex("t1"));
            await Bytes.AreEqual(t2, vector.Hex("t2"));
            await Bytes.AreEqual(t3, vector.Hex("t3"));
        }
    }

    [Test]
    public async Task ChaCha20Poly1305_seals_and_opens_and_notices_damage()
    {
        foreach (JsonElement vector in Vectors.All("nacl_box/chacha20poly1305.json"))
        {
            byte[] key = vector.Hex("key"), nonce = vector.Hex("nonce"), data = vector.Hex("associated_data"), plaintext = vector.Hex("plaintext");
            byte[] sealedMessage = new byte[plaintext.Length + 16];
            ChaCha20Poly1305.Seal(key, nonce, data, plaintext, sealedMessage);
            await Bytes.AreEqual(sealedMessage, vector.Hex("ciphertext"));
            byte[] opened = new byte[plaintext.Length];
            await Assert.That(ChaCha20Poly1305.Open(key, nonce, data, sealedMessage, opened)).IsTrue();
            await Bytes.AreEqual(opened, plaintext);
            await Assert.That(ChaCha20Poly1305.Open(key, nonce, data, vector.Hex("tampered"), opened)).IsFalse();
            await Bytes.AreEqual(opened, new byte[plaintext.Length]);
        }
    }

    [Test]
    public async Task XChaCha20Poly1305_seals_and_opens_and_notices_damage()
    {
        foreach (JsonElement vector in Vectors.All("nacl_box/xchacha20poly1305.json"))
        {
            byte[] key = vector.Hex("key"), nonce = vector.Hex("nonce"), data = vector.Hex("associated_data"), plaintext = vector.Hex("plaintext");
            byte[] sealedMessage = new byte[plaintext.Length + 16];
            XChaCha20Poly1305.Seal(key, nonce, data, plaintext, sealedMessage);
            await Bytes.AreEqual(sealedMessage, vector.Hex("ciphertext"));
            byte[] opened = new byte[plaintext.Length];
            await Assert.That(XChaCha20Poly1305.Open(key, nonce, data, sealedMessage, opened)).IsTrue();
            await Bytes.AreEqual(opened, plaintext);
            await Assert.That(XChaCha20Poly1305.Open(key, nonce, data, vector.Hex("tampered"), opened)).IsFalse();
        }
    }

    [Test]
    public async Task A_box_from_either_side_and_by_the_shared_key()
    {
        foreach (JsonElement vector in Vectors.All("nacl_box/box.json"))
        {
            byte[] nonce = vector.Hex("nonce"), plaintext = vector.Hex("plaintext"), expected = vector.Hex("box");
            byte[] shared = new byte[32];
            await Assert.That(CryptoBox.Precompute(vector.Hex("sender_private"), vector.Hex("receiver_public"), shared)).IsTrue();
            await Bytes.AreEqual(shared, vector.Hex("precomputed_key"));

            byte[] box = new byte[expected.Length];
            CryptoBox.Seal(shared, nonce, plaintext, box);
            await Bytes.AreEqual(box, expected);
            byte[] again = new byte[expected.Length];
            await Assert.That(CryptoBox.Seal(vector.Hex("sender_private"), vector.Hex("receiver_public"), nonce, plaintext, again)).IsTrue();
            await Bytes.AreEqual(again, expected);

            byte[] opened = new byte[plaintext.Length];
            await Assert.That(CryptoBox.Open(vector.Hex("receiver_private"), vector.Hex("sender_public"), nonce, box, opened)).IsTrue();
            await Bytes.AreEqual(opened, plaintext);
        }
    }

    [Test]
    public async Task A_damaged_box_does_not_open_and_leaves_zeros()
    {
        foreach (JsonElement vector in Vectors.All("nacl_box/box_tampered.json"))
        {
            byte[] box = vector.Hex("box");
            byte[] opened = [.. Enumerable.Repeat((byte)0xaa, Math.Max(0, box.Length - 16))];
            bool isOpen = CryptoBox.Open(vector.Hex("receiver_private"), vector.Hex("sender_public"), vector.Hex("nonce"), box, opened);
            await Assert.That(isOpen).IsEqualTo(vector.Flag("opens"));
            if (!isOpen)
                await Assert.That(opened.All(b => b == 0)).IsTrue();
        }
    }
}
