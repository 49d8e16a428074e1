using System.Collections.Concurrent;
using System.Net.Security;

namespace Edge.Orb.Certificates;

/// <summary>
/// The sources of a site's certificates: one for each name that has its own, then the site's. What none yields, a self-signed
/// certificate answers for. A source may be set while handshakes go on.
/// </summary>
/// <param name="site">Asked where a name has no source of its own, or it has no certificate yet; null: none.</param>
/// <param name="selfSigned">Always has one.</param>
internal sealed class CertificateSources(ICertificateSource? site, SelfSignedCertificates selfSigned)
{
    private readonly ConcurrentDictionary<string, ICertificateSource> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="serverName">A name that the site answers to.</param>
    /// <param name="source">Its source from now on.</param>
    public void Set(string serverName, ICertificateSource source) => _byName[serverName] = source;

    public async ValueTask<SslStreamCertificateContext> Find(string serverName, CancellationToken cancellation)
    {
        if (!_byName.IsEmpty && _byName.TryGetValue(serverName, out var own) && await own.Find(serverName, cancellation) is { } found)
            return Found(serverName, found);
        if (site is not null && await site.Find(serverName, cancellation) is { } ofSite)
            return Found(serverName, ofSite);
        return selfSigned.For(serverName);
    }

    /// <summary>Whether there is a certificate for a name that is not self-signed.</summary>
    public async ValueTask<bool> HasOneFor(string serverName, CancellationToken cancellation) =>
        (!_byName.IsEmpty && _byName.TryGetValue(serverName, out var own) && await own.Find(serverName, cancellation) is not null)
        || (site is not null && await site.Find(serverName, cancellation) is not null);

    private SslStreamCertificateContext Found(string serverName, SslStreamCertificateContext certificate)
    {
        selfSigned.NotNeededFor(serverName);
        return certificate;
    }
}
