using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Edge.Crypto;

namespace Edge.Foundation.Keys;

/// <summary>An X25519 public key as a value of 32 bytes: a WireGuard peer, a node. Its bytes are kept as they came; the all-zero key is one.</summary>
internal readonly struct PublicKey : IEquatable<PublicKey>
{
    public const int Size = X25519.Size;

    private readonly ulong _0, _1, _2, _3;

    /// <param name="bytes">32 bytes.</param>
    public PublicKey(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        (_0, _1, _2, _3) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>The 32 bytes, as on the wire.</summary>
    [UnscopedRef]
    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(new ReadOnlySpan<PublicKey>(in this));

    public bool IsZero => (_0 | _1 | _2 | _3) == 0;

    public static bool operator ==(PublicKey a, PublicKey b) => a.Equals(b);

    public static bool operator !=(PublicKey a, PublicKey b) => !a.Equals(b);

    /// <summary>Reads the form of <c>wg</c>: 44 characters of Base64.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool isKey = KeyText.TryReadBase64(text, bytes);
        key = isKey ? new PublicKey(bytes) : default;
        return isKey;
    }

    public void Write(Span<byte> destination) => Bytes.CopyTo(destination);

    /// <summary>In constant time, though the key is public: who asks with a guess learns nothing.</summary>
    public bool Equals(PublicKey other) => ((_0 ^ other._0) | (_1 ^ other._1) | (_2 ^ other._2) | (_3 ^ other._3)) == 0;

    public override bool Equals(object? obj) => obj is PublicKey key && Equals(key);

    public override int GetHashCode() => HashCode.Combine(_0, _1, _2, _3);

    /// <summary>The form of <c>wg</c>.</summary>
    public override string ToString() => Convert.ToBase64String(Bytes);
}
