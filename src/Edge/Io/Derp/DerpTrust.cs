using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PublicKey = Edge.Foundation.Keys.PublicKey;

namespace Edge.Io.Derp;

/// <summary>
/// What one TLS connection to a relay must show, and what it has shown: the certificate for the host's name or with the hash that the map
/// says, and maybe the relay's own key in a certificate beside it.
/// </summary>
internal sealed class DerpTrust(DerpNode node, X509Certificate2Collection roots, TimeProvider time)
{
    /// <summary>The common name of the certificate that carries a relay's key (tailscale 1.96.5, derp/derpconst).</summary>
    private const string MetaName = "CN=derpkey";

    /// <summary>Its serial number is the protocol's version.</summary>
    private const string MetaVersion = "02";

    /// <summary>Why the certificate was refused; null: it was not.</summary>
    public string? Refusal { get; private set; }

    /// <summary>The relay's key, where it shows it in the handshake: then it may be spoken to at once.</summary>
    public PublicKey? Server { get; private set; }

    public SslClientAuthenticationOptions Options()
    {
        var name = node.CertName.Length > 0 && !node.IsPinned ? node.CertName : node.HostName;
        var options = Tls.ClientOf(name, roots);
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Judge(certificate as X509Certificate2, chain, errors, name);
        return options;
    }

    private bool Judge(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string name)
    {
        foreach (var beside in chain?.ChainPolicy.ExtraStore ?? [])
            ReadMeta(beside);
        if (certificate is null)
            Refusal = "the relay sent no certificate";
        else if (node.IsPinned)
            Refusal = JudgePinned(certificate, chain);
        else if (!node.IsInsecure && errors != SslPolicyErrors.None)
            Refusal = CertificateVerdict.Of(certificate, chain, errors, name);
        return Refusal is null;
    }

    // As the stock client: the hash, the name where the host has one, the time; and nothing beside it but the relay's key.
    private string? JudgePinned(X509Certificate2 certificate, X509Chain? chain)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
        if (!hash.Equals(node.CertName[DerpNode.PinPrefix.Length..], StringComparison.OrdinalIgnoreCase))
            return $"its certificate has the hash {hash}, and {node.CertName[DerpNode.PinPrefix.Length..]} was expected: the relay has a new certificate, or another one answers";
        foreach (var beside in chain?.ChainPolicy.ExtraStore ?? [])
            if (!IsMeta(beside) && !beside.RawData.AsSpan().SequenceEqual(certificate.RawData))
                return "it sent further certificates, which a pinned one does not have";
        if (!IPAddress.TryParse(node.HostName, out _) && !certificate.MatchesHostname(node.HostName))
            return $"its certificate is not for {node.HostName}";
        var now = time.GetUtcNow();
        return now < certificate.NotBefore.ToUniversalTime() || now > certificate.NotAfter.ToUniversalTime()
            ? string.Create(CultureInfo.InvariantCulture, $"its certificate is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}, and this machine's clock says {now:u}")
            : null;
    }

    private void ReadMeta(X509Certificate2 certificate)
    {
        Span<byte> key = stackalloc byte[PublicKey.Size];
        if (IsMeta(certificate) && certificate.SerialNumber == MetaVersion
            && Convert.FromHexString(certificate.Subject.AsSpan(MetaName.Length), key, out _, out var written) == System.Buffers.OperationStatus.Done && written == key.Length)
            Server = new PublicKey(key);
    }

    private static bool IsMeta(X509Certificate2 certificate) => certificate.Subject.StartsWith(MetaName, StringComparison.Ordinal);
}
