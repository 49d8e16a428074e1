using System.Security.Cryptography;
using Edge.Foundation.Configuration;

namespace Edge.Orb.Tokens;

/// <summary>The signature algorithms of RFC 7518, section 3, and RFC 8037: their names, and what each is made of. <c>none</c> is no algorithm.</summary>
internal static class JwtAlgorithms
{
    private static readonly Dictionary<string, JwtAlgorithm> s_byName = new(StringComparer.Ordinal)
    {
        ["RS256"] = JwtAlgorithm.RS256,
        ["RS384"] = JwtAlgorithm.RS384,
        ["RS512"] = JwtAlgorithm.RS512,
        ["PS256"] = JwtAlgorithm.PS256,
        ["PS384"] = JwtAlgorithm.PS384,
        ["PS512"] = JwtAlgorithm.PS512,
        ["ES256"] = JwtAlgorithm.ES256,
        ["ES384"] = JwtAlgorithm.ES384,
        ["ES512"] = JwtAlgorithm.ES512,
        ["EdDSA"] = JwtAlgorithm.EdDSA,
        ["HS256"] = JwtAlgorithm.HS256,
        ["HS384"] = JwtAlgorithm.HS384,
        ["HS512"] = JwtAlgorithm.HS512,
    };

    /// <param name="name">From anywhere; case counts.</param>
    /// <param name="algorithm">What it names.</param>
    public static bool TryFind(string? name, out JwtAlgorithm algorithm)
    {
        algorithm = default;
        return name is not null && s_byName.TryGetValue(name, out algorithm);
    }

    public static bool IsSecret(JwtAlgorithm algorithm) => algorithm is JwtAlgorithm.HS256 or JwtAlgorithm.HS384 or JwtAlgorithm.HS512;

    public static bool IsRsa(JwtAlgorithm algorithm) => algorithm is JwtAlgorithm.RS256 or JwtAlgorithm.RS384 or JwtAlgorithm.RS512 || IsPss(algorithm);

    public static bool IsPss(JwtAlgorithm algorithm) => algorithm is JwtAlgorithm.PS256 or JwtAlgorithm.PS384 or JwtAlgorithm.PS512;

    /// <summary>Of all but <c>EdDSA</c>, which has one of its own.</summary>
    public static HashAlgorithmName HashOf(JwtAlgorithm algorithm) => algorithm switch
    {
        JwtAlgorithm.RS256 or JwtAlgorithm.PS256 or JwtAlgorithm.ES256 or JwtAlgorithm.HS256 => HashAlgorithmName.SHA256,
        JwtAlgorithm.RS384 or JwtAlgorithm.PS384 or JwtAlgorithm.ES384 or JwtAlgorithm.HS384 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };
}
