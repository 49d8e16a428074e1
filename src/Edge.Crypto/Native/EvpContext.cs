using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Edge.Crypto.Native;

/// <summary>
/// One EVP_CIPHER_CTX for ChaCha20-Poly1305 in one direction, called in the cheapest order: the key is set only when it is
/// another than before, and the tag passed as a parameter, without the translation that EVP_CIPHER_CTX_ctrl goes through.
/// </summary>
internal sealed unsafe class EvpContext : SafeHandle
{
    private readonly Block* _block;

    /// <exception cref="CryptographicException">Out of memory, or <see cref="LibCrypto.IsAvailable"/> is false.</exception>
    public EvpContext(bool encrypts) : base(0, ownsHandle: true)
    {
        _block = (Block*)NativeMemory.AllocZeroed((nuint)sizeof(Block));
        // OSSL_CIPHER_PARAM_AEAD_TAG, openssl/core_names.h.
        "tag\0"u8.CopyTo(new Span<byte>(_block->Name, 4));
        _block->Tag = new() { Name = _block->Name, Type = LibCrypto.Parameter.OctetString, Size = ChaCha20Poly1305.TagSize };
        _block->End = default;
        SetHandle(LibCrypto.NewContext());
        if (IsInvalid || LibCrypto.Init(handle, LibCrypto.ChaCha20Poly1305, _block->Key, null, encrypts ? 1 : 0, null) != 1)
        {
            SetHandleAsInvalid();
            _ = ReleaseHandle();
            throw new CryptographicException("libcrypto refused a context");
        }
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Writes ciphertext and tag; sizes were checked.</summary>
    public void Seal(ReadOnlySpan<byte> key, byte* nonce, byte* plaintext, int size, byte* sealedPacket)
    {
        int written;
        bool isSealed = Begin(key, nonce)
            && (size == 0 || LibCrypto.Update(handle, sealedPacket, &written, plaintext, size) == 1)
            && LibCrypto.Final(handle, sealedPacket + size, &written) == 1
            && LibCrypto.GetParameters(handle, Tag(sealedPacket + size)) == 1;
        GC.KeepAlive(this);
        if (!isSealed)
            throw new CryptographicException("libcrypto refused to seal");
    }

    /// <summary>Writes the plaintext; sizes were checked. On false it wrote what was not authenticated.</summary>
    public bool Open(ReadOnlySpan<byte> key, byte* nonce, byte* sealedPacket, int size, byte* plaintext)
    {
        int written;
        bool isBegun = Begin(key, nonce)
            && LibCrypto.SetParameters(handle, Tag(sealedPacket + size)) == 1
            && (size == 0 || LibCrypto.Update(handle, plaintext, &written, sealedPacket, size) == 1);
        if (!isBegun)
            throw new CryptographicException("libcrypto refused to open");
        bool isOpen = LibCrypto.Final(handle, plaintext + size, &written) == 1;
        GC.KeepAlive(this);
        return isOpen;
    }

    /// <summary>Puts the all-zero key in the last one's place.</summary>
    public void Forget()
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        CryptographicOperations.ZeroMemory(Key);
        _ = LibCrypto.Init(handle, 0, _block->Key, null, -1, null);
        GC.KeepAlive(this);
    }

    protected override bool ReleaseHandle()
    {
        CryptographicOperations.ZeroMemory(Key);
        LibCrypto.FreeContext(handle);
        NativeMemory.Free(_block);
        return true;
    }

    /// <summary>The key that the context has at present.</summary>
    private Span<byte> Key => new(_block->Key, ChaCha20Poly1305.KeySize);

    // A key costs half as much again as the nonce that every packet has.
    private bool Begin(ReadOnlySpan<byte> key, byte* nonce)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        // Whole vectors are compared, whatever is in them: constant in time, and quicker than FixedTimeEquals, which goes byte by byte.
        if (Vector256.Create(key) == Vector256.Load(_block->Key))
            return LibCrypto.Init(handle, 0, null, nonce, -1, null) == 1;
        key.CopyTo(Key);
        return LibCrypto.Init(handle, 0, _block->Key, nonce, -1, null) == 1;
    }

    private LibCrypto.Parameter* Tag(byte* tag)
    {
        _block->Tag.Data = tag;
        return &_block->Tag;
    }

    /// <summary>What libcrypto is given addresses of: it must not move.</summary>
    private struct Block
    {
        public LibCrypto.Parameter Tag, End;
        public fixed byte Key[ChaCha20Poly1305.KeySize];
        public fixed byte Name[4];
    }
}
