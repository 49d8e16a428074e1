using System.Net.Security;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Edge.Io;

/// <summary>TLS as Edge dials it: trust from the CA bundle, nothing fetched while a chain is verified.</summary>
internal static class Tls
{
    private static readonly Lazy<bool> s_isAvailable = new(() =>
        !OperatingSystem.IsWindows() && (StaticExecutable.IsRunning || Loads("libssl.so.3") || Loads("libssl.so.1.1")));

    /// <summary>
    /// Whether there is an OpenSSL to use. To be asked before anything of System.Security.Cryptography:
    /// .NET's shim ends the process when it finds none.
    /// </summary>
    [UnsupportedOSPlatformGuard("windows")]
    public static bool IsAvailable => s_isAvailable.Value;

    /// <summary>What a client of <paramref name="host"/> asks for: HTTP/1.1, the chain up to one of <paramref name="roots"/>, no revocation look-ups.</summary>
    public static SslClientAuthenticationOptions ClientOf(string host, X509Certificate2Collection roots)
    {
        // A chain that fetches missing issuers (AIA) or revocation lists makes an outside address part of every handshake.
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(roots);
        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = policy,
        };
    }

    /// <summary>TLS over a stream that is connected already. The inner stream is closed with the outer one, and when this fails.</summary>
    /// <param name="inner">The connection.</param>
    /// <param name="options">Of <see cref="ClientOf"/>.</param>
    /// <param name="peer">What the other side is called in errors.</param>
    /// <param name="cancellation">Ends the handshake.</param>
    /// <exception cref="DialException">The handshake failed; the message says what the certificate lacked.</exception>
    public static async ValueTask<SslStream> Handshake(Stream inner, SslClientAuthenticationOptions options, string peer, CancellationToken cancellation)
    {
        string? verdict = null;
        var stream = new SslStream(inner, leaveInnerStreamOpen: false, options.RemoteCertificateValidationCallback ?? ((_, certificate, chain, errors) =>
        {
            if (errors == SslPolicyErrors.None) return true;
            verdict = CertificateVerdict.Of(certificate as X509Certificate2, chain, errors, options.TargetHost ?? peer);
            return false;
        }));
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancellation);
            return stream;
        }
        catch (Exception e)
        {
            await stream.DisposeAsync();
            if (e is not (AuthenticationException or IOException)) throw;
            throw new DialException(DialStep.Handshake, $"no TLS with {peer}: {verdict ?? e.InnerException?.Message ?? e.Message}", e);
        }
    }

    private static bool Loads(string library) => NativeLibrary.TryLoad(library, out _);
}
