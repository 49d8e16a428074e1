using System.Security.Cryptography;
using Edge.Foundation.Configuration;

namespace Edge.Orb.Tokens;

/// <summary>HS256, HS384 and HS512 (RFC 7518, section 3.2): who can verify can sign.</summary>
/// <param name="secret">At least as long as the hash of the algorithms that it is used with.</param>
internal sealed class SecretJwtKey(byte[] secret) : JwtKey
{
    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> mac = stackalloc byte[64];
        var length = algorithm switch
        {
            JwtAlgorithm.HS256 => HMACSHA256.HashData(secret, message, mac),
            JwtAlgorithm.HS384 => HMACSHA384.HashData(secret, message, mac),
            _ => HMACSHA512.HashData(secret, message, mac),
        };
        return CryptographicOperations.FixedTimeEquals(mac[..length], signature);
    }

    protected override bool IsOf(JwtAlgorithm algorithm) => JwtAlgorithms.IsSecret(algorithm);
}
