using System.Runtime.InteropServices;

namespace Edge.Crypto.Native;

/// <summary>
/// OpenSSL 3's libcrypto: the cipher interface (EVP_EncryptInit(3), OSSL_PARAM(3)). The static executable has it linked in, else it is looked
/// for when it is first needed, so that a machine without it can do all else. To be called only where <see cref="IsAvailable"/>.
/// </summary>
internal static unsafe partial class LibCrypto
{
    private const string Library = "libcrypto.so.3";

    /// <summary>OPENSSL_INIT_NO_ATEXIT: at the process's end nothing is freed under a thread that still seals.</summary>
    private const ulong NoAtExit = 0x80000;

    // Fetched once for the process and never freed: a look-up by name costs more than a packet.
    private static readonly nint s_cipher = Load();

    /// <summary>Whether there is a libcrypto that offers the cipher (FIPS mode does not). Loads the library when it is first asked.</summary>
    public static bool IsAvailable => s_cipher != 0;

    /// <summary>EVP_CIPHER of ChaCha20-Poly1305; null where it is not available.</summary>
    public static nint ChaCha20Poly1305 => s_cipher;

    /// <summary>OPENSSL_version_major(3) and its like: such as <c>3.0.22</c>.</summary>
    public static string Version => $"{Major()}.{Minor()}.{Patch()}";

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_new")]
    public static partial nint NewContext();

    /// <summary>Zeroes what it frees.</summary>
    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_free")]
    public static partial void FreeContext(nint context);

    /// <param name="context">To be set up.</param>
    /// <param name="cipher">Null: as before.</param>
    /// <param name="key">Null: as before.</param>
    /// <param name="nonce">Null: set later.</param>
    /// <param name="encrypt">1, 0, or -1: as before.</param>
    /// <param name="parameters">Null: none.</param>
    [LibraryImport(Library, EntryPoint = "EVP_CipherInit_ex2"), SuppressGCTransition]
    public static partial int Init(nint context, nint cipher, byte* key, byte* nonce, int encrypt, Parameter* parameters);

    [LibraryImport(Library, EntryPoint = "EVP_CipherUpdate")]
    public static partial int Update(nint context, byte* output, int* written, byte* input, int size);

    [LibraryImport(Library, EntryPoint = "EVP_CipherFinal_ex"), SuppressGCTransition]
    public static partial int Final(nint context, byte* output, int* written);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_get_params"), SuppressGCTransition]
    public static partial int GetParameters(nint context, Parameter* parameters);

    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_CTX_set_params"), SuppressGCTransition]
    public static partial int SetParameters(nint context, Parameter* parameters);

    private static nint Load()
    {
        // A constant of the build: scripts/publish --static sets it, and links these functions directly.
        bool isLinkedIn = AppContext.TryGetSwitch("Edge.StaticExecutable", out bool isStatic) && isStatic;
        if (!isLinkedIn && !NativeLibrary.TryLoad(Library, out _))
            return 0;
        _ = Initialize(NoAtExit, 0);
        fixed (byte* name = "ChaCha20-Poly1305\0"u8)
            return FetchCipher(0, name, null);
    }

    [LibraryImport(Library, EntryPoint = "OPENSSL_version_major")]
    private static partial uint Major();

    [LibraryImport(Library, EntryPoint = "OPENSSL_version_minor")]
    private static partial uint Minor();

    [LibraryImport(Library, EntryPoint = "OPENSSL_version_patch")]
    private static partial uint Patch();

    [LibraryImport(Library, EntryPoint = "OPENSSL_init_crypto")]
    private static partial int Initialize(ulong options, nint settings);

    /// <param name="context">Null: the default one.</param>
    /// <param name="algorithm">UTF-8, ends with a zero byte.</param>
    /// <param name="properties">Null: any provider.</param>
    [LibraryImport(Library, EntryPoint = "EVP_CIPHER_fetch")]
    private static partial nint FetchCipher(nint context, byte* algorithm, byte* properties);

    /// <summary><c>struct ossl_param_st</c>, openssl/core.h. A list of them ends with one whose name is null.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Parameter
    {
        /// <summary>OSSL_PARAM_OCTET_STRING.</summary>
        public const uint OctetString = 5;

        public byte* Name;
        public uint Type;
        public byte* Data;
        public nuint Size;
        public nuint ReturnedSize;
    }
}
