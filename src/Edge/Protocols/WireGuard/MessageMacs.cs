using System.Security.Cryptography;
using Edge.Crypto;

namespace Edge.Protocols.WireGuard;

/// <summary>mac1 and mac2 at the end of handshake messages (whitepaper section 5.4.4): 16 bytes each, mac2 last.</summary>
internal static class MessageMacs
{
    public const int Size = 16;

    /// <summary>The keys that a public key stands for: of mac1, and of the cookie replies that its owner sends (sections 5.4.4 and 5.4.7).</summary>
    public static void DeriveKeys(ReadOnlySpan<byte> publicKey, Span<byte> mac1Key, Span<byte> cookieKey)
    {
        Blake2s.Hash("mac1----"u8, publicKey, mac1Key);
        Blake2s.Hash("cookie--"u8, publicKey, cookieKey);
    }

    public static ReadOnlySpan<byte> Mac1Of(ReadOnlySpan<byte> message) => message[^(2 * Size)..^Size];

    public static void WriteMac1(Span<byte> message, ReadOnlySpan<byte> mac1Key) =>
        Blake2s.Mac(mac1Key, message[..^(2 * Size)], message[^(2 * Size)..^Size]);

    public static void WriteMac2(Span<byte> message, ReadOnlySpan<byte> cookie) =>
        Blake2s.Mac(cookie, message[..^Size], message[^Size..]);

    public static bool IsMac1Right(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac1Key)
    {
        Span<byte> mac = stackalloc byte[Size];
        Blake2s.Mac(mac1Key, message[..^(2 * Size)], mac);
        return CryptographicOperations.FixedTimeEquals(mac, Mac1Of(message));
    }

    public static bool IsMac2Right(ReadOnlySpan<byte> message, ReadOnlySpan<byte> cookie)
    {
        Span<byte> mac = stackalloc byte[Size];
        Blake2s.Mac(cookie, message[..^Size], mac);
        return CryptographicOperations.FixedTimeEquals(mac, message[^Size..]);
    }
}
