using System.Collections.Concurrent;
using System.Security.Cryptography;
using Edge.Foundation.Configuration;

namespace Edge.Orb.Tokens;

/// <summary>ES256, ES384 and ES512, each with its own curve (RFC 7518, section 3.4).</summary>
internal sealed class EcJwtKey : JwtKey
{
    private readonly JwtAlgorithm _algorithm;
    private readonly ECParameters _parameters;

    // The platform's objects are for one thread at a time.
    private readonly ConcurrentBag<ECDsa> _idle = [];

    private EcJwtKey(JwtAlgorithm algorithm, ECParameters parameters, ECDsa first)
    {
        (_algorithm, _parameters) = (algorithm, parameters);
        _idle.Add(first);
    }

    /// <param name="curve">As JSON Web Keys call it: <c>P-256</c>, <c>P-384</c> or <c>P-521</c>.</param>
    /// <param name="x">A coordinate of the curve's size.</param>
    /// <param name="y">A coordinate of the curve's size.</param>
    /// <param name="id">What tokens call it.</param>
    /// <param name="only">The one algorithm that it is used with.</param>
    /// <returns>Null: another curve, or no point of it.</returns>
    public static EcJwtKey? Of(string curve, byte[] x, byte[] y, string? id = null, JwtAlgorithm? only = null)
    {
        var (algorithm, named, size) = curve switch
        {
            "P-256" => (JwtAlgorithm.ES256, ECCurve.NamedCurves.nistP256, 32),
            "P-384" => (JwtAlgorithm.ES384, ECCurve.NamedCurves.nistP384, 48),
            "P-521" => (JwtAlgorithm.ES512, ECCurve.NamedCurves.nistP521, 66),
            _ => default,
        };
        if (size == 0 || x.Length != size || y.Length != size)
            return null;
        var parameters = new ECParameters { Curve = named, Q = new ECPoint { X = x, Y = y } };
        try
        {
            // The import refuses what is not on the curve.
            return new EcJwtKey(algorithm, parameters, ECDsa.Create(parameters)) { Id = id, Only = only };
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        // Section 3.4: R and S, each of the curve's size.
        if (signature.Length != 2 * _parameters.Q.X!.Length)
            return false;
        if (!_idle.TryTake(out var ecdsa))
            ecdsa = ECDsa.Create(_parameters);
        var isGenuine = ecdsa.VerifyData(message, signature, JwtAlgorithms.HashOf(algorithm), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        _idle.Add(ecdsa);
        return isGenuine;
    }

    protected override bool IsOf(JwtAlgorithm algorithm) => algorithm == _algorithm;
}
