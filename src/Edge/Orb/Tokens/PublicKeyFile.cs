using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Edge.Io;

namespace Edge.Orb.Tokens;

/// <summary>A public key from a PEM file: <c>PUBLIC KEY</c> (RFC 7468), <c>RSA PUBLIC KEY</c> or <c>CERTIFICATE</c>.</summary>
internal static class PublicKeyFile
{
    private const int MostBytes = 64 * 1024;

    // RFC 8410, section 4: SubjectPublicKeyInfo of Ed25519 is these bytes and the key's 32.
    private static ReadOnlySpan<byte> Ed25519Head => [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    /// <exception cref="OrbException">It cannot be read, or is no public key that a token can be signed with.</exception>
    public static JwtKey Read(string file)
    {
        const string help = "Set `publicKeyFile` to a PEM file of a public key (`openssl pkey -pubout`) or a certificate: RSA of 2048 bits or more, P-256, P-384, P-521 or Ed25519.";
        try
        {
            if (new FileInfo(file).Length > MostBytes)
                throw new OrbException($"`JwtAuth`: `{file}` is too large for a key", help, isConfiguration: true);
            var text = File.ReadAllText(file);
            if (text.Contains("PRIVATE KEY", StringComparison.Ordinal))
                throw new OrbException($"`JwtAuth`: `{file}` is a private key, which who verifies must not have", help, isConfiguration: true);
            return Parse(text) ?? throw new OrbException($"`JwtAuth`: `{file}` is no public key that tokens are verified with", help, isConfiguration: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OrbException($"`JwtAuth` cannot read `{file}`: {FileFault.Describe(failure)}", help, inner: failure);
        }
    }

    private static JwtKey? Parse(string text)
    {
        try
        {
            if (!PemEncoding.TryFind(text, out var fields))
                return null;
            var bytes = Convert.FromBase64String(text[fields.Base64Data]);
            switch (text[fields.Label])
            {
                case "CERTIFICATE":
                    using (var certificate = X509CertificateLoader.LoadCertificate(bytes))
                        return Information(certificate.PublicKey.ExportSubjectPublicKeyInfo());
                case "PUBLIC KEY":
                    return Information(bytes);
                case "RSA PUBLIC KEY":
                    using (var rsa = RSA.Create())
                    {
                        rsa.ImportRSAPublicKey(bytes, out _);
                        return RsaJwtKey.Of(rsa.ExportParameters(includePrivateParameters: false));
                    }
                default:
                    return null;
            }
        }
        catch (Exception failure) when (failure is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private static JwtKey? Information(byte[] information)
    {
        if (information.AsSpan().StartsWith(Ed25519Head) && information.Length == Ed25519Head.Length + 32)
            return new Ed25519JwtKey(information[Ed25519Head.Length..]);
        var key = PublicKey.CreateFromSubjectPublicKeyInfo(information, out _);
        using var rsa = key.GetRSAPublicKey();
        if (rsa is not null)
            return RsaJwtKey.Of(rsa.ExportParameters(includePrivateParameters: false));
        using var ecdsa = key.GetECDsaPublicKey();
        if (ecdsa is null)
            return null;
        var parameters = ecdsa.ExportParameters(includePrivateParameters: false);
        var curve = ecdsa.KeySize switch { 256 => "P-256", 384 => "P-384", 521 => "P-521", _ => "" };
        // Another curve of the same size has other names; the point is then not on ours, and is refused.
        return EcJwtKey.Of(curve, parameters.Q.X!, parameters.Q.Y!);
    }
}
