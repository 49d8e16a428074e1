using System.Runtime.InteropServices;
using NSec.Cryptography;

namespace Edge.Crypto;

/// <summary>
/// The native library beneath NSec: which one was found, and whether it computes what the RFCs publish.
/// Nothing is loaded before the first call, so that a start that needs no cryptography pays nothing for it.
/// </summary>
public static partial class CryptoLibrary
{
    private const string Sodium = "libsodium";

    /// <summary>libsodium's own version text, such as <c>1.0.22</c>.</summary>
    /// <exception cref="DllNotFoundException">libsodium is neither linked in nor beside the executable.</exception>
    public static string Version => Marshal.PtrToStringUTF8(VersionText()) ?? "";

    /// <summary>Loads libsodium and lets NSec initialise it; further calls do nothing.</summary>
    /// <exception cref="PlatformNotSupportedException">libsodium cannot be loaded.</exception>
    /// <exception cref="InvalidOperationException">libsodium is another version than the one NSec was built for.</exception>
    public static void Initialize()
    {
        try
        {
            // NSec initialises in the constructor of its first algorithm.
            _ = AeadAlgorithm.ChaCha20Poly1305.KeySize;
        }
        catch (TypeInitializationException e) when (e.InnerException is not null)
        {
            throw e.InnerException is InvalidOperationException or PlatformNotSupportedException
                ? e.InnerException
                : new PlatformNotSupportedException(e.InnerException.Message, e.InnerException);
        }
    }

    /// <summary>Seals RFC 8439's example and compares ciphertext and tag with the published bytes, then opens it again.</summary>
    /// <returns>False when a single bit differs: the library must not be used.</returns>
    public static bool AnswersAsPublished() =>
        Seals(Rfc8439.Key, Rfc8439.Nonce, Rfc8439.AssociatedData, Rfc8439.Plaintext, Rfc8439.Sealed);

    /// <summary>True when ChaCha20-Poly1305 turns <paramref name="plaintext"/> into <paramref name="expected"/> (ciphertext, then the 16-byte tag) and back.</summary>
    internal static bool Seals(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> expected)
    {
        AeadAlgorithm aead = AeadAlgorithm.ChaCha20Poly1305;
        using Key imported = Key.Import(aead, key, KeyBlobFormat.RawSymmetricKey);
        byte[] sealedBytes = aead.Encrypt(imported, nonce, associatedData, plaintext);
        byte[]? opened = aead.Decrypt(imported, nonce, associatedData, expected);
        return sealedBytes.AsSpan().SequenceEqual(expected) && opened.AsSpan().SequenceEqual(plaintext);
    }

    [LibraryImport(Sodium, EntryPoint = "sodium_version_string")]
    private static partial nint VersionText();

    /// <summary>RFC 8439, section 2.8.2: example and test vector for AEAD_CHACHA20_POLY1305.</summary>
    private static class Rfc8439
    {
        /// <summary>32 bytes: 80 to 9f.</summary>
        public static ReadOnlySpan<byte> Key =>
        [
            0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f,
            0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f,
        ];

        /// <summary>12 bytes: the 32-bit fixed-common part 7, then the 64-bit initialisation vector.</summary>
        public static ReadOnlySpan<byte> Nonce => [0x07, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47];

        public static ReadOnlySpan<byte> AssociatedData =>
            [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];

        public static ReadOnlySpan<byte> Plaintext =>
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."u8;

        /// <summary>114 bytes of ciphertext, then the tag.</summary>
        public static ReadOnlySpan<byte> Sealed =>
        [
            0xd3, 0x1a, 0x8d, 0x34, 0x64, 0x8e, 0x60, 0xdb, 0x7b, 0x86, 0xaf, 0xbc, 0x53, 0xef, 0x7e, 0xc2,
            0xa4, 0xad, 0xed, 0x51, 0x29, 0x6e, 0x08, 0xfe, 0xa9, 0xe2, 0xb5, 0xa7, 0x36, 0xee, 0x62, 0xd6,
            0x3d, 0xbe, 0xa4, 0x5e, 0x8c, 0xa9, 0x67, 0x12, 0x82, 0xfa, 0xfb, 0x69, 0xda, 0x92, 0x72, 0x8b,
            0x1a, 0x71, 0xde, 0x0a, 0x9e, 0x06, 0x0b, 0x29, 0x05, 0xd6, 0xa5, 0xb6, 0x7e, 0xcd, 0x3b, 0x36,
            0x92, 0xdd, 0xbd, 0x7f, 0x2d, 0x77, 0x8b, 0x8c, 0x98, 0x03, 0xae, 0xe3, 0x28, 0x09, 0x1b, 0x58,
            0xfa, 0xb3, 0x24, 0xe4, 0xfa, 0xd6, 0x75, 0x94, 0x55, 0x85, 0x80, 0x8b, 0x48, 0x31, 0xd7, 0xbc,
            0x3f, 0xf4, 0xde, 0xf0, 0x8e, 0x4b, 0x7a, 0x9d, 0xe5, 0x76, 0xd2, 0x65, 0x86, 0xce, 0xc6, 0x4b,
            0x61, 0x16,
            0x1a, 0xe1, 0x0b, 0x59, 0x4f, 0x09, 0xe2, 0x6a, 0x7e, 0x90, 0x2e, 0xcb, 0xd0, 0x60, 0x06, 0x91,
        ];
    }
}
