using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Edge.Io;
using Edge.Orb;
using Edge.Orb.Certificates;
using Microsoft.Extensions.Logging;

namespace Edge.Relay;

/// <summary>
/// The relay's certificate: the files that were given, or one that it makes for itself and keeps. Clients take a self-signed one by its hash,
/// so it holds for long and is not changed without need.
/// </summary>
internal sealed class RelayCertificate : ICertificateSource
{
    private const int Years = 10;

    private readonly ICertificateSource? _files;
    private readonly SslStreamCertificateContext? _made;

    private RelayCertificate(ICertificateSource? files, SslStreamCertificateContext? made) => (_files, _made) = (files, made);

    /// <summary>From files, which are read again when they change.</summary>
    /// <exception cref="OrbException">They cannot be used.</exception>
    public static RelayCertificate Given(string certificateFile, string keyFile, Readiness readiness, TimeProvider time, ILogger log, Reload reload)
    {
        var files = new CertificateFiles(certificateFile, keyFile, readiness, time, log);
        reload.Register(files.Reload);
        return new RelayCertificate(files, null);
    }

    /// <summary>One of its own for a host, read from the folder where it was made before.</summary>
    /// <param name="host">The name or address that clients are told.</param>
    /// <param name="folder">Where it is kept; null: nowhere.</param>
    /// <param name="readiness">Is told of one that has expired.</param>
    /// <param name="time">From when it holds.</param>
    /// <param name="log">Is told the same.</param>
    /// <exception cref="OrbException">It cannot be kept.</exception>
    public static RelayCertificate Own(string host, string? folder, Readiness readiness, TimeProvider time, ILogger log)
    {
        if (folder is null)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return new RelayCertificate(null, SslStreamCertificateContext.Create(Make(host, key, time), additionalCertificates: null, offline: true));
        }
        var name = Path.Combine(folder, $"relay-{host.Replace(':', '_')}");
        var (certificateFile, keyFile) = (name + ".crt", name + ".tls.key");
        try
        {
            if (!File.Exists(certificateFile) || !File.Exists(keyFile))
            {
                using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                using var certificate = Make(host, key, time);
                var pem = Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem());
                RelayKey.Write(keyFile, pem);
                CryptographicOperations.ZeroMemory(pem);
                RelayKey.Write(certificateFile, Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OrbException($"the relay's certificate `{certificateFile}` cannot be kept: {FileFault.Describe(failure)}", "Give a folder that edge may write to with `--state DIR`.", inner: failure);
        }
        return new RelayCertificate(new CertificateFiles(certificateFile, keyFile, readiness, time, log), null);
    }

    public ValueTask<SslStreamCertificateContext?> Find(string serverName, CancellationToken cancellation) =>
        _files?.Find(serverName, cancellation) ?? ValueTask.FromResult(_made);

    /// <summary>What clients are told to look for in place of a name: the hash of a certificate that nobody else vouches for; null where somebody does.</summary>
    public async ValueTask<string?> Pin(CancellationToken cancellation)
    {
        var certificate = (await Find("", cancellation))!.TargetCertificate;
        return certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
            ? $"sha256-raw:{Convert.ToHexStringLower(SHA256.HashData(certificate.RawData))}"
            : null;
    }

    private static X509Certificate2 Make(string host, ECDsa key, TimeProvider time)
    {
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Years));
    }
}
