using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Edge.Protocols.Derp;

/// <summary>What the relays of a region share: who has it may see all clients, forward packets and close connections. Never printed, compared in constant time.</summary>
internal sealed class MeshKey : IDisposable
{
    public const int Size = 32;

    private readonly byte[] _bytes = GC.AllocateArray<byte>(Size, pinned: true);

    /// <param name="bytes">32 bytes, copied; the caller zeroes its own.</param>
    public MeshKey(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size);
        bytes.CopyTo(_bytes);
    }

    /// <summary>64 hexadecimal digits, with white space around them as in derper's file.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out MeshKey? key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        text = text.Trim();
        var isKey = text.Length == 2 * Size && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        key = isKey ? new MeshKey(bytes) : null;
        CryptographicOperations.ZeroMemory(bytes);
        return isKey;
    }

    /// <summary>Whether <paramref name="text"/>, 64 hexadecimal digits in UTF-8, is this key. All zero is nobody's.</summary>
    public bool IsIn(ReadOnlySpan<byte> text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var isSame = text.Length == 2 * Size && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            && bytes.ContainsAnyExcept((byte)0) && CryptographicOperations.FixedTimeEquals(bytes, _bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return isSame;
    }

    /// <summary>Writes the 64 digits in UTF-8.</summary>
    public void WriteHex(Span<byte> destination) => Convert.TryToHexStringLower(_bytes, destination, out _);

    public override string ToString() => "(mesh key)";

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}
