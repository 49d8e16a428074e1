using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Edge.Crypto;

namespace Edge.Foundation.Keys;

/// <summary>An X25519 private key of WireGuard or a node, with its public key. It is zeroed by <see cref="Dispose"/>, never printed, compared in constant time.</summary>
internal sealed class PrivateKey : IDisposable, IEquatable<PrivateKey>
{
    public const int Size = X25519.Size;

    /// <param name="bytes">32 bytes, copied; the caller zeroes its own.</param>
    public PrivateKey(ReadOnlySpan<byte> bytes)
    {
        KeyPair = new X25519KeyPair(bytes);
        PublicKey = new PublicKey(KeyPair.PublicKey);
    }

    /// <summary>What the primitives take. It lives as long as this key.</summary>
    public X25519KeyPair KeyPair { get; }

    public PublicKey PublicKey { get; }

    /// <summary>Reads the form of <c>wg</c>: 44 characters of Base64. There is no way back: a private key has no text.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out PrivateKey? key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        key = KeyText.TryReadBase64(text, bytes) ? new PrivateKey(bytes) : null;
        CryptographicOperations.ZeroMemory(bytes);
        return key is not null;
    }

    /// <inheritdoc cref="X25519.Agree"/>
    public bool Agree(in PublicKey other, Span<byte> shared) => KeyPair.Agree(other.Bytes, shared);

    public bool Equals(PrivateKey? other) => other is not null && KeyPair.Equals(other.KeyPair);

    public override bool Equals(object? obj) => Equals(obj as PrivateKey);

    public override int GetHashCode() => PublicKey.GetHashCode();

    public override string ToString() => "(private key)";

    public void Dispose() => KeyPair.Dispose();
}
