using System.Security.Cryptography;

namespace Edge.Crypto;

/// <summary>
/// A long-lived X25519 private key and its public key. The private half lies in memory that the collector does not move, so that no copy
/// stays behind, and is zeroed by <see cref="Dispose"/>. It has no text form.
/// </summary>
public sealed class X25519KeyPair : IDisposable, IEquatable<X25519KeyPair>
{
    // The private key, then the public key.
    private readonly byte[] _keys = GC.AllocateArray<byte>(2 * X25519.Size, pinned: true);
    private bool _isDisposed;

    /// <param name="privateKey">32 bytes, copied as they are; the caller zeroes its own.</param>
    public X25519KeyPair(ReadOnlySpan<byte> privateKey)
    {
        Sizes.Require(privateKey, X25519.Size);
        privateKey.CopyTo(_keys);
        X25519.PublicKey(privateKey, _keys.AsSpan(X25519.Size));
    }

    /// <summary>32 bytes. A secret: not to be copied to where it is not zeroed.</summary>
    /// <exception cref="ObjectDisposedException"/>
    public ReadOnlySpan<byte> PrivateKey
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _keys.AsSpan(0, X25519.Size);
        }
    }

    /// <summary>32 bytes. Known after <see cref="Dispose"/> too.</summary>
    public ReadOnlySpan<byte> PublicKey => _keys.AsSpan(X25519.Size);

    /// <inheritdoc cref="X25519.Agree"/>
    public bool Agree(ReadOnlySpan<byte> otherPublicKey, Span<byte> shared) => X25519.Agree(PrivateKey, otherPublicKey, shared);

    /// <summary>Compares the private keys in constant time.</summary>
    public bool Equals(X25519KeyPair? other) => other is not null && CryptographicOperations.FixedTimeEquals(PrivateKey, other.PrivateKey);

    public override bool Equals(object? obj) => Equals(obj as X25519KeyPair);

    /// <summary>Of the public key: a hash of the private one would tell about it.</summary>
    public override int GetHashCode() => BitConverter.ToInt32(PublicKey);

    public override string ToString() => "(private key)";

    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_keys.AsSpan(0, X25519.Size));
    }
}
