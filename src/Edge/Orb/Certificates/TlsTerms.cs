using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Configuration;

namespace Edge.Orb.Certificates;

/// <summary>The terms on which one site encrypts: its certificates, the oldest version, and what clients must show.</summary>
internal sealed class TlsTerms
{
    private readonly SslProtocols _versions;
    private readonly ClientAuth? _clients;
    private readonly X509ChainPolicy? _clientPolicy;

    // One for each certificate context: it lives as long as the certificate does.
    private readonly ConditionalWeakTable<SslStreamCertificateContext, SslServerAuthenticationOptions> _options = [];

    /// <exception cref="OrbException">A file cannot be used.</exception>
    public TlsTerms(ServerBlock block, OrbServices services)
    {
        var tls = block.Tls!;
        var log = services.Logs.CreateLogger("tls");
        if (!Io.Tls.IsAvailable)
            throw new OrbException("TLS needs OpenSSL 3, and there is none on this machine", "Install libssl3, use the static form of edge, or take `tls` out.");
        var files = tls.CertFile is { } certificate
            ? new CertificateFiles(certificate, tls.KeyFile!, services.Readiness, services.Time, log)
            : null;
        if (files is not null)
            services.Reload.Register(files.Reload);
        var selfSigned = new SelfSignedCertificates(block.Domains, services.Readiness, services.Time, log);
        if (files is null)
            selfSigned.Announce();
        Certificates = new CertificateSources(files, selfSigned);
        _versions = tls.MinVersion == TlsVersion.V1_3 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;
        _clients = tls.ClientAuth;
        _clientPolicy = _clients is null ? null : PolicyOf(_clients.CaFile);
    }

    public CertificateSources Certificates { get; }

    /// <summary>Whether a client may have shown who it is in the handshake, so that the handshake was for this site only.</summary>
    public bool AsksClients => _clients is not null;

    public async ValueTask<SslServerAuthenticationOptions> OptionsFor(string serverName, CancellationToken cancellation)
    {
        var certificate = await Certificates.Find(serverName, cancellation);
        return _options.GetValue(certificate, Make);
    }

    private static X509ChainPolicy PolicyOf(string file)
    {
        // Nothing is fetched while a client waits: no missing issuer (AIA), no revocation list, no OCSP response.
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        try
        {
            policy.CustomTrustStore.ImportFromPemFile(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new OrbException($"the authorities in `{file}` cannot be read: {failure.Message}", "Set `clientAuth { caFile = ... }` to a PEM file of certificates that edge may read.", inner: failure);
        }
        if (policy.CustomTrustStore.Count == 0)
            throw new OrbException($"there is no certificate in `{file}`", "Set `clientAuth { caFile = ... }` to a PEM file of the authorities.");
        return policy;
    }

    private SslServerAuthenticationOptions Make(SslStreamCertificateContext certificate)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            EnabledSslProtocols = _versions,
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            AllowRenegotiation = false,
        };
        if (_clients is not null)
        {
            options.ClientCertificateRequired = true;
            options.CertificateChainPolicy = _clientPolicy;
            options.RemoteCertificateValidationCallback = IsAdmitted;
        }
        return options;
    }

    private bool IsAdmitted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is null ? !_clients!.Required : errors == SslPolicyErrors.None;
}
