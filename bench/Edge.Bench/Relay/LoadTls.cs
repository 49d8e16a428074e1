using System.Runtime.InteropServices;
using Edge.Io.OpenSsl;

namespace Edge.Bench.Relay;

/// <summary>The client's side of OpenSSL, beside what <see cref="LibSsl"/> has: TLS 1.3 with the suite that both relays choose by themselves.</summary>
internal static unsafe partial class LoadTls
{
    private const string Ssl = "libssl.so.3", Crypto = "libcrypto.so.3";
    private const int Tls13 = 0x0304;

    // openssl/bio.h: BIO_CTRL_RESET, BIO_CTRL_INFO.
    private const int Reset = 1, Info = 3;

    private static readonly Lazy<nint> s_context = new(static () =>
    {
        var context = LibSsl.NewContext(ClientMethod());
        _ = LibSsl.Control(context, LibSsl.SetLeastVersion, Tls13, 0);
        fixed (byte* suites = "TLS_AES_128_GCM_SHA256\0"u8)
            _ = LibSsl.SetSuites13(context, suites);
        return context;
    });

    /// <summary>A session on a connected socket that blocks.</summary>
    public static nint Connect(int descriptor)
    {
        var session = LibSsl.New(s_context.Value);
        return LibSsl.SetDescriptor(session, descriptor) == 1 && ConnectSession(session) == 1 ? session : throw new IOException(OpenSslError.Take());
    }

    /// <summary>From now on what is written gathers in memory.</summary>
    public static nint Gather(nint session)
    {
        var memory = NewStream(MemoryMethod());
        SetWriter(session, memory);
        return memory;
    }

    /// <summary>What has gathered.</summary>
    public static ReadOnlySpan<byte> Gathered(nint memory)
    {
        byte* bytes;
        var length = ControlStream(memory, Info, 0, &bytes);
        return new ReadOnlySpan<byte>(bytes, (int)length);
    }

    public static void Forget(nint memory) => _ = ControlStream(memory, Reset, 0, null);

    [LibraryImport(Ssl, EntryPoint = "TLS_client_method")]
    private static partial nint ClientMethod();

    [LibraryImport(Ssl, EntryPoint = "SSL_connect")]
    private static partial int ConnectSession(nint session);

    [LibraryImport(Ssl, EntryPoint = "SSL_set0_wbio")]
    private static partial void SetWriter(nint session, nint stream);

    [LibraryImport(Crypto, EntryPoint = "BIO_s_mem")]
    private static partial nint MemoryMethod();

    [LibraryImport(Crypto, EntryPoint = "BIO_new")]
    private static partial nint NewStream(nint method);

    [LibraryImport(Crypto, EntryPoint = "BIO_ctrl")]
    private static partial nint ControlStream(nint stream, int command, nint number, void* pointer);
}
