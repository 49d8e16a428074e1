using System.Runtime.InteropServices;

namespace Edge.Io.OpenSsl;

/// <summary>
/// OpenSSL 3's libssl (ssl(7)), as far as a server over its own sockets needs it. The static executable has it linked in, else it is looked for
/// when it is first needed. To be called only where <see cref="IsAvailable"/>.
/// </summary>
internal static unsafe partial class LibSsl
{
    // Results of SSL_get_error(3).
    public const int WantRead = 2, WantWrite = 3, SaidAll = 6;

    // Commands of SSL_CTX_ctrl (openssl/ssl.h), where the documented functions are macros.
    public const int SetExtraChainCertificate = 14, SetMode = 33, SetReadAhead = 41, SetSessionCacheMode = 44, SetLeastVersion = 123;

    // Modes of SSL_CTX_set_mode(3).
    public const int EnablePartialWrite = 1, AcceptMovingWriteBuffer = 2, AutoRetry = 4, ReleaseBuffers = 16;

    // Options of SSL_CTX_set_options(3).
    public const ulong NoTicket = 1ul << 14, NoCompression = 1ul << 17, PrioritizeChaCha = 1ul << 21, ServerPreference = 1ul << 22, NoRenegotiation = 1ul << 30;

    public const int Tls12 = 0x0303;

    // Results of an ALPN callback (SSL_CTX_set_alpn_select_cb(3)).
    public const int Agreed = 0, Fatal = 2;

    // EVP_PKEY's types: NIDs of openssl/obj_mac.h.
    public const int RsaKey = 6, EcKey = 408;

    private const string Ssl = "libssl.so.3";
    private const string Crypto = "libcrypto.so.3";

    private static readonly Lazy<bool> s_isAvailable = new(static () => StaticExecutable.IsRunning || NativeLibrary.TryLoad(Ssl, out _));

    /// <summary>Whether there is an OpenSSL 3.</summary>
    public static bool IsAvailable => s_isAvailable.Value;

    [LibraryImport(Ssl, EntryPoint = "TLS_server_method")]
    public static partial nint ServerMethod();

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_new")]
    public static partial nint NewContext(nint method);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_free")]
    public static partial void FreeContext(nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_ctrl")]
    public static partial nint Control(nint context, int command, nint number, nint pointer);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_options")]
    public static partial ulong SetOptions(nint context, ulong options);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_num_tickets")]
    public static partial int SetTicketCount(nint context, nuint count);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_default_read_buffer_len")]
    public static partial void SetReadBufferSize(nint context, nuint size);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_cipher_list")]
    public static partial int SetSuites12(nint context, byte* names);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_ciphersuites")]
    public static partial int SetSuites13(nint context, byte* names);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_use_certificate_ASN1")]
    public static partial int UseCertificate(nint context, int size, byte* certificate);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_use_PrivateKey_ASN1")]
    public static partial int UseKey(int type, nint context, byte* key, nint size);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_set_alpn_select_cb")]
    public static partial void SetAlpn(nint context, delegate* unmanaged<nint, byte**, byte*, byte*, uint, nint, int> select, nint argument);

    [LibraryImport(Ssl, EntryPoint = "SSL_new")]
    public static partial nint New(nint context);

    [LibraryImport(Ssl, EntryPoint = "SSL_free")]
    public static partial void Free(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_set_fd")]
    public static partial int SetDescriptor(nint session, int descriptor);

    [LibraryImport(Ssl, EntryPoint = "SSL_accept")]
    public static partial int Accept(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_read")]
    public static partial int Read(nint session, byte* bytes, int size);

    [LibraryImport(Ssl, EntryPoint = "SSL_write")]
    public static partial int Write(nint session, byte* bytes, int size);

    [LibraryImport(Ssl, EntryPoint = "SSL_shutdown")]
    public static partial int Shutdown(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_get_error"), SuppressGCTransition]
    public static partial int GetError(nint session, int result);

    /// <summary>What <see cref="GetError"/> says is of the call before it only where this was called before that.</summary>
    [LibraryImport(Crypto, EntryPoint = "ERR_clear_error"), SuppressGCTransition]
    public static partial void ClearErrors();

    /// <summary>The oldest error of this thread, taken out; 0: there is none.</summary>
    [LibraryImport(Crypto, EntryPoint = "ERR_get_error")]
    public static partial nuint TakeError();

    [LibraryImport(Crypto, EntryPoint = "ERR_reason_error_string")]
    public static partial byte* ReasonOf(nuint error);

    [LibraryImport(Crypto, EntryPoint = "d2i_X509")]
    public static partial nint ReadCertificate(nint existing, byte** bytes, nint size);

    [LibraryImport(Crypto, EntryPoint = "X509_free")]
    public static partial void FreeCertificate(nint certificate);
}
