using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Edge.Orb.Certificates;

/// <summary>
/// Certificates that nobody vouches for, made in memory when a name is first asked for: one for each domain of the site, or one for all
/// where it answers every name. That they are in use is said once in the log, and in the readiness notes until they are not.
/// </summary>
/// <param name="domains">The site's names; the first label may be <c>*</c>. Empty: every name.</param>
/// <param name="readiness">Is told which names are served so.</param>
/// <param name="time">From when they hold.</param>
/// <param name="log">Is told once for each domain.</param>
internal sealed class SelfSignedCertificates(ImmutableArray<string> domains, Readiness readiness, TimeProvider time, ILogger log)
{
    private const string AnyName = "localhost";

    private readonly ConcurrentDictionary<string, bool> _announced = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Lazy<SslStreamCertificateContext>> _made = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Says at start which names have no source at all.</summary>
    public void Announce()
    {
        foreach (var domain in domains.IsEmpty ? [AnyName] : domains)
            Announce(domain);
    }

    public SslStreamCertificateContext For(string serverName)
    {
        var domain = DomainOf(serverName);
        return _made.GetOrAdd(domain, static (domain, self) => new(() => self.Make(domain)), this).Value;
    }

    /// <summary>A source has a certificate for the name by now.</summary>
    public void NotNeededFor(string serverName)
    {
        if (_announced.IsEmpty)
            return;
        var domain = DomainOf(serverName);
        _made.TryRemove(domain, out _);
        if (_announced.TryRemove(domain, out _))
            readiness.Note(Subject(domain), null);
    }

    private void Announce(string domain)
    {
        if (!_announced.TryAdd(domain, true))
            return;
        readiness.Note(Subject(domain), "self-signed: no source has a certificate for it yet");
        log.SelfSigned(domain);
    }

    private static string Subject(string domain) => $"certificate {domain}";

    // Bounded by the configuration, not by what clients ask for.
    private string DomainOf(string serverName)
    {
        foreach (var domain in domains)
            if (domain.Equals(serverName, StringComparison.OrdinalIgnoreCase))
                return domain;
        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        foreach (var domain in domains)
            if (dot > 0 && domain.StartsWith('*') && domain.AsSpan(1).Equals(serverName.AsSpan(dot), StringComparison.OrdinalIgnoreCase))
                return domain;
        return domains.IsEmpty ? AnyName : domains[0];
    }

    private SslStreamCertificateContext Make(string domain)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={domain}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(domain);
        if (domain == AnyName)
        {
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
        }
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = time.GetUtcNow();
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(90));
        Announce(domain);
        return SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
    }
}
