using System.Net.Security;

namespace Edge.Orb.Certificates;

/// <summary>Where the certificate of a name comes from. Asked for every handshake; whatever takes time is kept by the source.</summary>
internal interface ICertificateSource
{
    /// <param name="serverName">The name that the client asked for, in lower case; empty where it named none.</param>
    /// <param name="cancellation">Ends with the handshake's time.</param>
    /// <returns>The certificate with its chain, the same object as long as it does not change; null: there is none yet.</returns>
    ValueTask<SslStreamCertificateContext?> Find(string serverName, CancellationToken cancellation);
}
