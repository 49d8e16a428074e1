using System.Runtime.CompilerServices;
using Edge.Crypto;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.WireGuard;

/// <summary>
/// What a peer's cookie reply gave us, for mac2 of the messages to it (whitepaper section 5.4.7). A reply counts only for the last mac1 that
/// was sent; its receiver index is not looked at again.
/// </summary>
internal struct HeldCookie
{
    private Bytes16 _cookie;
    private Bytes16 _lastMac1;
    private bool _hasLastMac1;
    private bool _hasCookie;
    private Timestamp _endsAt;

    /// <summary>Writes both macs of a message to the peer; mac2 is zero without a fresh cookie.</summary>
    public void Seal(Timestamp now, Span<byte> message, ReadOnlySpan<byte> mac1Key)
    {
        MessageMacs.WriteMac1(message, mac1Key);
        MessageMacs.Mac1Of(message).CopyTo(_lastMac1);
        _hasLastMac1 = true;
        if (_hasCookie && now < _endsAt)
            MessageMacs.WriteMac2(message, _cookie);
        else
            message[^MessageMacs.Size..].Clear();
    }

    /// <returns>False: not an answer to the last message; nothing changed.</returns>
    public bool Take(Timestamp now, in WireGuardCookieReply reply, ReadOnlySpan<byte> cookieKey)
    {
        Bytes16 cookie = default;
        if (!_hasLastMac1 || !XChaCha20Poly1305.Open(cookieKey, reply.Nonce, _lastMac1, reply.SealedCookie, cookie))
            return false;
        _cookie = cookie;
        _hasCookie = true;
        _endsAt = now + WireGuardLimits.CookieRefreshTime;
        return true;
    }

    [InlineArray(MessageMacs.Size)]
    private struct Bytes16
    {
        private byte _first;
    }
}
