using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Edge.Crypto.Native;

/// <summary>One EVP_CIPHER_CTX for ChaCha20-Poly1305 in one direction. The cipher is fetched once: each look-up by name costs more than a packet.</summary>
internal sealed unsafe class EvpContext : SafeHandle
{
    private readonly nint _cipher;

    /// <exception cref="CryptographicException">libcrypto does not offer the cipher, as in FIPS mode.</exception>
    public EvpContext(bool encrypts) : base(0, ownsHandle: true)
    {
        _cipher = LibCrypto.FetchCipher(0, "ChaCha20-Poly1305", null);
        SetHandle(LibCrypto.NewContext());
        if (_cipher == 0 || IsInvalid || LibCrypto.Init(handle, _cipher, 0, null, null, encrypts ? 1 : 0) != 1)
        {
            Dispose();
            throw new CryptographicException("libcrypto offers no ChaCha20-Poly1305");
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Writes ciphertext and tag; sizes were checked.</summary>
    public void Seal(byte* key, byte* nonce, byte* plaintext, int size, byte* sealedPacket)
    {
        int written;
        bool isSealed = LibCrypto.Init(handle, 0, 0, key, nonce, -1) == 1
            && (size == 0 || LibCrypto.Update(handle, sealedPacket, &written, plaintext, size) == 1)
            && LibCrypto.Final(handle, sealedPacket + size, &written) == 1
            && LibCrypto.Control(handle, LibCrypto.GetTag, ChaCha20Poly1305.TagSize, sealedPacket + size) == 1;
        if (!isSealed)
            throw new CryptographicException("libcrypto refused to seal");
    }

    /// <summary>Writes the plaintext; sizes were checked. On false it wrote what was not authenticated.</summary>
    public bool Open(byte* key, byte* nonce, byte* sealedPacket, int size, byte* plaintext)
    {
        int written;
        bool isBegun = LibCrypto.Init(handle, 0, 0, key, nonce, -1) == 1
            && LibCrypto.Control(handle, LibCrypto.SetTag, ChaCha20Poly1305.TagSize, sealedPacket + size) == 1
            && (size == 0 || LibCrypto.Update(handle, plaintext, &written, sealedPacket, size) == 1);
        if (!isBegun)
            throw new CryptographicException("libcrypto refused to open");
        return LibCrypto.Final(handle, plaintext + size, &written) == 1;
    }

    protected override bool ReleaseHandle()
    {
        LibCrypto.FreeContext(handle);
        LibCrypto.FreeCipher(_cipher);
        return true;
    }
}
