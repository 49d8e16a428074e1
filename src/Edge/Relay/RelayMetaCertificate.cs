using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Edge.Protocols.Derp;
using PublicKey = Edge.Foundation.Keys.PublicKey;

namespace Edge.Relay;

/// <summary>
/// The certificate that a relay sends behind its own, so that clients know its key from the handshake and need not wait for an answer: the name
/// is the key, the serial number the protocol's version (tailscale 1.96.5, derp/derpserver, initMetacert). Nobody trusts it for anything.
/// </summary>
internal static class RelayMetaCertificate
{
    private const int Years = 10;

    /// <param name="key">The relay's.</param>
    /// <param name="now">Around which it holds.</param>
    /// <returns>In DER.</returns>
    public static byte[] Make(in PublicKey key, DateTimeOffset now)
    {
        using var signing = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=derpkey{Convert.ToHexStringLower(key.Bytes)}", signing, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        using var certificate = request.Create(request.SubjectName, X509SignatureGenerator.CreateForECDsa(signing), now.AddDays(-30), now.AddYears(Years), [DerpLimits.ProtocolVersion]);
        return certificate.RawData;
    }
}
