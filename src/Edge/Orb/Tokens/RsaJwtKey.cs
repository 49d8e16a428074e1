using System.Collections.Concurrent;
using System.Security.Cryptography;
using Edge.Foundation.Configuration;

namespace Edge.Orb.Tokens;

/// <summary>RS256 to PS512 (RFC 7518, sections 3.3 and 3.5).</summary>
internal sealed class RsaJwtKey : JwtKey
{
    // Section 3.3: 2048 bits or more. The upper end bounds what a signature costs to verify.
    private const int LeastBits = 2048, MostBits = 8192;

    private readonly RSAParameters _parameters;

    // The platform's objects are for one thread at a time.
    private readonly ConcurrentBag<RSA> _idle = [];

    private RsaJwtKey(RSAParameters parameters, RSA first)
    {
        _parameters = parameters;
        _idle.Add(first);
    }

    /// <returns>Null: it is no key, too short or too long.</returns>
    public static RsaJwtKey? Of(RSAParameters parameters, string? id = null, JwtAlgorithm? only = null)
    {
        // A large exponent makes verifying dear; all in use have at most 32 bits.
        if (parameters.Modulus is not { Length: > 0 } || parameters.Exponent is not { Length: > 0 and <= 4 })
            return null;
        RSA? rsa = null;
        try
        {
            rsa = RSA.Create(parameters);
            if (rsa.KeySize is >= LeastBits and <= MostBits)
                return new RsaJwtKey(parameters, rsa) { Id = id, Only = only };
        }
        catch (CryptographicException)
        {
        }
        rsa?.Dispose();
        return null;
    }

    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (!_idle.TryTake(out var rsa))
            rsa = RSA.Create(_parameters);
        var padding = JwtAlgorithms.IsPss(algorithm) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        var isGenuine = rsa.VerifyData(message, signature, JwtAlgorithms.HashOf(algorithm), padding);
        _idle.Add(rsa);
        return isGenuine;
    }

    protected override bool IsOf(JwtAlgorithm algorithm) => JwtAlgorithms.IsRsa(algorithm);
}
