using System.Security.Cryptography;
using Edge.Crypto;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.WireGuard;

/// <summary>Demands and checks cookies: proofs that a sender receives at the address it sends from (whitepaper section 5.4.7).</summary>
internal sealed class CookieIssuer(EntropySource entropy) : IDisposable
{
    /// <summary>An address of 16 bytes and a port. The layout is ours alone: only this device reads it.</summary>
    private const int SourceSize = 18;

    private readonly byte[] _secret = GC.AllocateArray<byte>(32, pinned: true);
    private Timestamp _secretEndsAt = new(long.MinValue);

    /// <summary>Whether mac2 was made with the cookie that this source would be sent now.</summary>
    public bool IsProven(Timestamp now, ReadOnlySpan<byte> message, Endpoint source)
    {
        if (now >= _secretEndsAt)
            return false;
        Span<byte> cookie = stackalloc byte[MessageMacs.Size];
        Span<byte> bytes = stackalloc byte[SourceSize];
        WriteSource(source, bytes);
        CookieOf(bytes, cookie);
        return MessageMacs.IsMac2Right(message, cookie);
    }

    /// <summary>Writes the reply to a handshake message; 64 bytes.</summary>
    public void Reply(Timestamp now, ReadOnlySpan<byte> message, uint receiver, Endpoint source, ReadOnlySpan<byte> cookieKey, Span<byte> reply)
    {
        if (now >= _secretEndsAt)
        {
            entropy.Fill(_secret);
            _secretEndsAt = now + WireGuardLimits.CookieRefreshTime;
        }
        Span<byte> bytes = stackalloc byte[SourceSize];
        WriteSource(source, bytes);
        Span<byte> nonce = stackalloc byte[XChaCha20Poly1305.NonceSize];
        entropy.Fill(nonce);
        WriteReply(_secret, bytes, nonce, MessageMacs.Mac1Of(message), receiver, cookieKey, reply);
    }

    /// <summary>The reply as a function of all that goes into it.</summary>
    internal static void WriteReply(
        ReadOnlySpan<byte> secret, ReadOnlySpan<byte> source, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> mac1, uint receiver, ReadOnlySpan<byte> cookieKey, Span<byte> reply)
    {
        Span<byte> cookie = stackalloc byte[MessageMacs.Size];
        Blake2s.Mac(secret, source, cookie);
        Span<byte> sealedCookie = stackalloc byte[MessageMacs.Size + XChaCha20Poly1305.TagSize];
        XChaCha20Poly1305.Seal(cookieKey, nonce, mac1, cookie, sealedCookie);
        WireGuardCookieReply.Write(reply, receiver, nonce, sealedCookie);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);

    private void CookieOf(ReadOnlySpan<byte> source, Span<byte> cookie) => Blake2s.Mac(_secret, source, cookie);

    private static void WriteSource(Endpoint source, Span<byte> bytes)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, source.Address.Bits);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(bytes[16..], source.Port);
    }
}
