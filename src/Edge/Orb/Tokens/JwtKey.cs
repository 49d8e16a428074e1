using Edge.Foundation.Configuration;

namespace Edge.Orb.Tokens;

/// <summary>
/// A key that verifies tokens. What kind of key it is decides which algorithms it can be used with, never the token: a public key is no
/// secret of HS256, whatever a token says. Safe to use from any thread.
/// </summary>
internal abstract class JwtKey
{
    /// <summary>What tokens call it (<c>kid</c>); null: it has no name.</summary>
    public string? Id { get; init; }

    /// <summary>The one algorithm that its owner uses it with; null: any that fits.</summary>
    public JwtAlgorithm? Only { get; init; }

    public bool Fits(JwtAlgorithm algorithm) => (Only is null || Only == algorithm) && IsOf(algorithm);

    /// <param name="algorithm">One that <see cref="Fits"/>.</param>
    /// <param name="message">What was signed.</param>
    /// <param name="signature">From anywhere.</param>
    public abstract bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    protected abstract bool IsOf(JwtAlgorithm algorithm);
}
