using Edge.Crypto;
using Edge.Foundation.Configuration;

namespace Edge.Orb.Tokens;

/// <summary>EdDSA with Ed25519 (RFC 8037, section 3.1).</summary>
/// <param name="publicKey">32 bytes.</param>
internal sealed class Ed25519JwtKey(byte[] publicKey) : JwtKey
{
    public override bool Verify(JwtAlgorithm algorithm, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Ed25519.Verify(publicKey, message, signature);

    protected override bool IsOf(JwtAlgorithm algorithm) => algorithm == JwtAlgorithm.EdDSA;
}
