using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Edge.Tests.Orb.Middlewares;

/// <summary>An issuer of tokens, with one RSA key, and forgers of the same.</summary>
internal sealed class TokenSigner : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);

    public TokenSigner(string? id = null) => Id = id;

    public string? Id { get; }

    public string Pem => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>The key as an element of a key set.</summary>
    /// <param name="more">Further members, each with a comma before it.</param>
    public string Jwk(string more = "")
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        var id = Id is null ? "" : $$""","kid":"{{Id}}" """;
        return $$"""{"kty":"RSA","n":"{{Base64Url.EncodeToString(parameters.Modulus)}}","e":"{{Base64Url.EncodeToString(parameters.Exponent)}}"{{id}}{{more}}}""";
    }

    /// <summary>A token that is signed with RS256.</summary>
    public string Sign(string claims, string? header = null)
    {
        var signed = Head(header ?? (Id is null ? """{"alg":"RS256"}""" : $$"""{"alg":"RS256","kid":"{{Id}}"}"""), claims);
        return signed + "." + Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>A token that is signed with a secret.</summary>
    public static string SignWithSecret(string header, string claims, byte[] secret)
    {
        var signed = Head(header, claims);
        return signed + "." + Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)));
    }

    public static string Head(string header, string claims) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims));

    public void Dispose() => _key.Dispose();
}
