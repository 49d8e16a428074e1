using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Edge.Foundation.Keys;

/// <summary>A key of 32 bytes that two WireGuard peers share beforehand. It is zeroed by <see cref="Dispose"/>, never printed, compared in constant time.</summary>
internal sealed class PresharedKey : IDisposable, IEquatable<PresharedKey>
{
    public const int Size = 32;

    private readonly byte[] _bytes = GC.AllocateArray<byte>(Size, pinned: true);
    private bool _isDisposed;

    /// <param name="bytes">32 bytes, copied; the caller zeroes its own.</param>
    public PresharedKey(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size);
        bytes.CopyTo(_bytes);
    }

    /// <summary>32 bytes; a secret.</summary>
    /// <exception cref="ObjectDisposedException"/>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _bytes;
        }
    }

    /// <summary>Reads the form of <c>wg</c>: 44 characters of Base64. There is no way back.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out PresharedKey? key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        key = KeyText.TryReadBase64(text, bytes) ? new PresharedKey(bytes) : null;
        CryptographicOperations.ZeroMemory(bytes);
        return key is not null;
    }

    public bool Equals(PresharedKey? other) => other is not null && CryptographicOperations.FixedTimeEquals(Bytes, other.Bytes);

    public override bool Equals(object? obj) => Equals(obj as PresharedKey);

    /// <summary>The same for all: a hash of the key would tell about it.</summary>
    public override int GetHashCode() => 0;

    public override string ToString() => "(pre-shared key)";

    public void Dispose()
    {
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
