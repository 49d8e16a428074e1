using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Edge.Io.OpenSsl;

/// <summary>
/// A server's terms for <see cref="TlsStream"/>: its certificate, TLS 1.2 and 1.3, HTTP/1.1 where the client asks (RFC 7301). No sessions are
/// resumed, and a connection that idles holds no buffers. Connections outlive it.
/// </summary>
internal sealed unsafe class TlsServerContext : SafeHandle
{
    /// <summary>Several records of a client that writes small ones come with one call to the system.</summary>
    private const int ReadBuffer = 32 * 1024;

    private TlsServerContext(nint handle) : base(0, ownsHandle: true) => SetHandle(handle);

    public override bool IsInvalid => handle == 0;

    /// <param name="certificate">With its key and its chain.</param>
    /// <param name="beside">In DER: one that is sent behind the chain and does not belong to it; empty: none.</param>
    /// <exception cref="CryptographicException">OpenSSL does not take them.</exception>
    public static TlsServerContext Create(SslStreamCertificateContext certificate, ReadOnlySpan<byte> beside = default)
    {
        LibSsl.ClearErrors();
        var context = new TlsServerContext(LibSsl.NewContext(LibSsl.ServerMethod()));
        try
        {
            Require(!context.IsInvalid);
            context.SetTerms();
            context.Use(certificate.TargetCertificate);
            foreach (var issuer in certificate.IntermediateCertificates)
                context.Append(issuer.RawData);
            if (!beside.IsEmpty)
                context.Append(beside);
            return context;
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    /// <summary>A session on a connected socket that does not block.</summary>
    /// <exception cref="CryptographicException">There is no memory.</exception>
    public nint Open(int descriptor)
    {
        LibSsl.ClearErrors();
        var session = LibSsl.New(handle);
        GC.KeepAlive(this);
        if (session != 0 && LibSsl.SetDescriptor(session, descriptor) == 1)
            return session;
        LibSsl.Free(session);
        throw new CryptographicException("OpenSSL has no memory for a session");
    }

    protected override bool ReleaseHandle()
    {
        LibSsl.FreeContext(handle);
        return true;
    }

    private void SetTerms()
    {
        _ = LibSsl.SetOptions(handle, LibSsl.NoTicket | LibSsl.NoCompression | LibSsl.NoRenegotiation | LibSsl.ServerPreference | LibSsl.PrioritizeChaCha);
        _ = LibSsl.Control(handle, LibSsl.SetMode, LibSsl.EnablePartialWrite | LibSsl.AcceptMovingWriteBuffer | LibSsl.AutoRetry | LibSsl.ReleaseBuffers, 0);
        _ = LibSsl.Control(handle, LibSsl.SetLeastVersion, LibSsl.Tls12, 0);
        _ = LibSsl.Control(handle, LibSsl.SetSessionCacheMode, 0, 0);
        _ = LibSsl.SetTicketCount(handle, 0);
        _ = LibSsl.Control(handle, LibSsl.SetReadAhead, 1, 0);
        LibSsl.SetReadBufferSize(handle, ReadBuffer);
        // The shorter key first, as Go's servers: it is as safe here and costs a fifth less.
        fixed (byte* suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256\0"u8)
            Require(LibSsl.SetSuites13(handle, suites) == 1);
        fixed (byte* suites = "ECDHE+AESGCM:ECDHE+CHACHA20\0"u8)
            Require(LibSsl.SetSuites12(handle, suites) == 1);
        LibSsl.SetAlpn(handle, &Select, 0);
    }

    private void Use(X509Certificate2 certificate)
    {
        using var ec = certificate.GetECDsaPrivateKey();
        using var rsa = certificate.GetRSAPrivateKey();
        var key = ec?.ExportPkcs8PrivateKey() ?? rsa?.ExportPkcs8PrivateKey() ?? throw new CryptographicException("the certificate's key is neither ECDSA nor RSA");
        try
        {
            fixed (byte* bytes = certificate.RawData)
                Require(LibSsl.UseCertificate(handle, certificate.RawData.Length, bytes) == 1);
            fixed (byte* bytes = key)
                Require(LibSsl.UseKey(ec is null ? LibSsl.RsaKey : LibSsl.EcKey, handle, bytes, key.Length) == 1);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            var place = start;
            var certificate = LibSsl.ReadCertificate(0, &place, bytes.Length);
            Require(certificate != 0);
            // It is the context's from here on.
            if (LibSsl.Control(handle, LibSsl.SetExtraChainCertificate, 0, certificate) == 1)
                return;
            LibSsl.FreeCertificate(certificate);
            Require(false);
        }
    }

    private static void Require(bool isDone)
    {
        if (!isDone)
            throw new CryptographicException($"OpenSSL does not take the certificate: {OpenSslError.Take()}");
    }

    /// <summary>A client that names protocols must know the one that is spoken here.</summary>
    [UnmanagedCallersOnly]
    private static int Select(nint session, byte** chosen, byte* chosenSize, byte* offered, uint size, nint argument)
    {
        var rest = new ReadOnlySpan<byte>(offered, (int)size);
        while (!rest.IsEmpty && rest[0] < rest.Length)
        {
            var name = rest.Slice(1, rest[0]);
            if (name.SequenceEqual("http/1.1"u8))
            {
                *chosen = offered + (size - rest.Length) + 1;
                *chosenSize = (byte)name.Length;
                return LibSsl.Agreed;
            }
            rest = rest[(1 + name.Length)..];
        }
        return LibSsl.Fatal;
    }
}
