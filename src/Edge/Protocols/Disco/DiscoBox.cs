using System.Security.Cryptography;
using Edge.Crypto;
using Edge.Foundation.Keys;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Disco;

/// <summary>Packets around messages: magic, sender, nonce and a box that only the two can open.</summary>
internal static class DiscoBox
{
    /// <summary>Bytes that a packet has beyond its message.</summary>
    public const int Overhead = DiscoPacket.Size + CryptoBox.TagSize;

    /// <summary>Seals a message.</summary>
    /// <param name="sharedKey">32 bytes, of <see cref="CryptoBox.Precompute"/>.</param>
    /// <param name="sender">The sealing side's.</param>
    /// <param name="nonce">24 bytes at random.</param>
    /// <param name="message">Not in <paramref name="destination"/>.</param>
    /// <param name="destination">At least <see cref="Overhead"/> bytes more than the message.</param>
    /// <returns>Bytes written.</returns>
    public static int Seal(ReadOnlySpan<byte> sharedKey, in PublicKey sender, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> message, Span<byte> destination)
    {
        var at = DiscoPacket.WriteHeader(destination, sender.Bytes, nonce);
        var size = message.Length + CryptoBox.TagSize;
        CryptoBox.Seal(sharedKey, nonce, message, destination.Slice(at, size));
        return at + size;
    }

    /// <summary>Opens a packet's box.</summary>
    /// <param name="sharedKey">32 bytes.</param>
    /// <param name="packet">From whoever it says.</param>
    /// <param name="message">Receives the message, 16 bytes fewer than the box; not over the packet.</param>
    /// <returns>Bytes of the message; -1: not genuine, or too long for <paramref name="message"/>.</returns>
    public static int Open(ReadOnlySpan<byte> sharedKey, in DiscoPacket packet, Span<byte> message)
    {
        var size = packet.Box.Length - CryptoBox.TagSize;
        if (size < 0 || size > message.Length)
            return -1;
        if (CryptoBox.Open(sharedKey, packet.Nonce, packet.Box, message[..size]))
            return size;
        CryptographicOperations.ZeroMemory(message[..size]);
        return -1;
    }
}
