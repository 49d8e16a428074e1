using System.Runtime.InteropServices;

namespace Edge.Crypto.Native;

/// <summary>
/// OpenSSL 3's libcrypto: the cipher interface (EVP_EncryptInit(3), EVP_CIPHER_fetch). The static executable has it linked in, else it is
/// looked for when it is first needed, so that a machine without it can do all else. To be called only where <see cref="IsAvailable"/>.
/// </summary>
internal static unsafe partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    /// <summary>EVP_CTRL_AEAD_GET_TAG, openssl/evp.h.</summary>
    public const int GetTag = 0x10;

    /// <summary>EVP_CTRL_AEAD_SET_TAG.</summary>
    public const int SetTag = 0x11;

    // A constant of the build: scripts/publish --static sets it, and links these functions directly.
    private static readonly bool s_isAvailable =
        AppContext.TryGetSwitch("Edge.StaticExecutable", out bool isLinkedIn) && isLinkedIn || NativeLibrary.TryLoad(Library, out _);

    /// <summary>Loads the library when it is first asked.</summary>
    public static bool IsAvailable => s_isAvailable;

    [LibraryImport(Library, EntryPoint = "OpenSSL_version_num")]
    public static partial ulong VersionNumber();

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_fetch", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint FetchCipher(nint context, string algorithm, string? properties);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_free")]
    public static partial void FreeCipher(nint cipher);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    public static partial nint NewContext();

    /// <summary>Zeroes what it frees.</summary>
    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex")]
    public static partial int Init(nint context, nint cipher, nint engine, byte* key, byte* nonce, int encrypt);

    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    public static partial int Update(nint context, byte* output, int* written, byte* input, int size);

    [LibraryImport(Library, EntryPoint = "EVP_CipherFinal_ex")]
    public static partial int Final(nint context, byte* output, int* written);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_ctrl")]
    public static partial int Control(nint context, int command, int size, byte* value);
}
