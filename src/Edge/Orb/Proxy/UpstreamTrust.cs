using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Configuration;
using Edge.Io;
using Tls = Edge.Io.Tls;

namespace Edge.Orb.Proxy;

/// <summary>
/// The terms of TLS towards upstreams. Files are read when the first <c>https://</c> upstream asks: a proxy to plain upstreams never
/// touches OpenSSL. The system's roots are parsed with the first connection.
/// </summary>
internal sealed class UpstreamTrust(UpstreamTls? record)
{
    private readonly Lazy<X509Certificate2Collection> _systemRoots = CaBundle.Roots();

    private readonly Lazy<X509Certificate2Collection?> _ownRoots = new(() => record?.CaFile is { } file ? Roots(file) : null);

    private readonly Lazy<SslStreamCertificateContext?> _identity = new(() =>
        record is { CertFile: { } certificate, KeyFile: { } key } ? Identity(certificate, key) : null);

    /// <summary>Reads the files that are configured.</summary>
    /// <exception cref="UpstreamSetupException">A file cannot be used, or there is no OpenSSL.</exception>
    public void Load()
    {
        if (!Tls.IsAvailable) throw new UpstreamSetupException("an `https://` upstream needs OpenSSL, which is not on this machine: install libssl 3");
        _ = _ownRoots.Value;
        _ = _identity.Value;
    }

    /// <param name="host">The upstream's name or address: whom the certificate must name, unless <c>serverName</c> does.</param>
    /// <param name="protocol">What is spoken inside.</param>
    public SslClientAuthenticationOptions Options(string host, SslApplicationProtocol protocol)
    {
        var options = Tls.ClientOf(record?.ServerName ?? host, _ownRoots.Value ?? (record?.Insecure == true ? [] : _systemRoots.Value));
        options.ApplicationProtocols = [protocol];
        options.ClientCertificateContext = _identity.Value;
        if (record?.Insecure == true)
        {
#pragma warning disable CA5359 // Accepting every certificate is what `insecure = true` asks for.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        return options;
    }

    private static X509Certificate2Collection Roots(string file)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UpstreamSetupException($"the authorities of `caFile` cannot be read from {file}: {Problem(e)}", e);
        }
        return roots.Count > 0 ? roots : throw new UpstreamSetupException($"`caFile` {file} has no PEM certificate in it");
    }

    private static SslStreamCertificateContext Identity(string certFile, string keyFile)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(certFile, keyFile);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certFile);
            // `offline`: the chain is what the file says; nothing is fetched to complete it.
            return SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new UpstreamSetupException($"the upstream's client certificate cannot be used (`certFile` {certFile}, `keyFile` {keyFile}): {Problem(e)}", e);
        }
    }

    private static string Problem(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "no such file",
        UnauthorizedAccessException => "permission denied",
        CryptographicException or ArgumentException => "it is not PEM, or the key does not belong to the certificate",
        _ => e.Message,
    };
}
