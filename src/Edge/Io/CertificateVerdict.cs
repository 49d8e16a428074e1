using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Edge.Io;

/// <summary>Why a server's certificate was refused, for people: the exception that follows a refusal has no reason that they could use.</summary>
internal static class CertificateVerdict
{
    public static string Of(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string host)
    {
        List<string> reasons = [];
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            reasons.Add("the server sent no certificate");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            reasons.Add($"it is not for {host}");
        var status = X509ChainStatusFlags.NoError;
        foreach (var one in chain?.ChainStatus ?? []) status |= one.Status;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            reasons.Add(ReasonOf(status, certificate));
        return $"certificate refused ({(certificate is null ? "none" : certificate.Subject)}): {string.Join("; ", reasons)}";
    }

    private static string ReasonOf(X509ChainStatusFlags status, X509Certificate2? certificate)
    {
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid) && certificate is not null)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"it is valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}, and this machine's clock says {DateTime.UtcNow:u}");
        }
        return (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0
            ? "its chain ends in no root of the CA bundle"
            : $"its chain fails ({status})";
    }
}
