using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Edge.Crypto.Native;

/// <summary>
/// What NSec does not expose, or only with a guarded page for each key: libsodium's own functions. Each returns 0, or -1 when a tag, a key or a
/// point is refused. Sizes are checked by the callers; every pointer may be null where its length is 0.
/// </summary>
internal static unsafe partial class Sodium
{
    private const string Library = "libsodium";

    // NSec's initialisation checks the version and lets libsodium choose the code for this processor.
    private static readonly bool s_isReady = Initialize();

    /// <summary>To be called before any other; free after the first time.</summary>
    /// <exception cref="TypeInitializationException">libsodium is missing or of another version; the inner exception tells.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void EnsureReady() => _ = s_isReady;

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519")]
    public static partial int ScalarMult(byte* shared, byte* scalar, byte* point);

    [LibraryImport(Library, EntryPoint = "crypto_scalarmult_curve25519_base")]
    public static partial int ScalarMultBase(byte* point, byte* scalar);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_encrypt")]
    public static partial int ChaChaSeal(
        byte* sealedBytes, ulong* sealedSize, byte* plaintext, ulong size, byte* associatedData, ulong associatedSize, byte* unused, byte* nonce, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_chacha20poly1305_ietf_decrypt")]
    public static partial int ChaChaOpen(
        byte* plaintext, ulong* size, byte* unused, byte* sealedBytes, ulong sealedSize, byte* associatedData, ulong associatedSize, byte* nonce, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_xchacha20poly1305_ietf_encrypt")]
    public static partial int XChaChaSeal(
        byte* sealedBytes, ulong* sealedSize, byte* plaintext, ulong size, byte* associatedData, ulong associatedSize, byte* unused, byte* nonce, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_aead_xchacha20poly1305_ietf_decrypt")]
    public static partial int XChaChaOpen(
        byte* plaintext, ulong* size, byte* unused, byte* sealedBytes, ulong sealedSize, byte* associatedData, ulong associatedSize, byte* nonce, byte* key);

    [LibraryImport(Library, EntryPoint = "crypto_box_beforenm")]
    public static partial int BoxBefore(byte* shared, byte* publicKey, byte* privateKey);

    [LibraryImport(Library, EntryPoint = "crypto_box_easy_afternm")]
    public static partial int BoxSeal(byte* box, byte* plaintext, ulong size, byte* nonce, byte* shared);

    [LibraryImport(Library, EntryPoint = "crypto_box_open_easy_afternm")]
    public static partial int BoxOpen(byte* plaintext, byte* box, ulong size, byte* nonce, byte* shared);

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_argon2id_str_verify")]
    public static partial int Argon2idVerify(byte* encoded, byte* password, ulong size);

    private static bool Initialize()
    {
        CryptoLibrary.Initialize();
        return true;
    }
}
