using System.Buffers.Binary;
using System.Security.Cryptography;
using Edge.Crypto.Noise;
using Edge.Foundation.Wire;
using ChaCha20Poly1305 = Edge.Crypto.ChaCha20Poly1305;

namespace Edge.Protocols.Control.Noise;

/// <summary>
/// The records of an open control channel, both directions (tailscale v1.96.5, control/controlbase/conn.go). Sealing and opening keep their own
/// state: one thread may seal while another opens. A record that does not open ends the channel: all later ones are refused.
/// </summary>
internal sealed class ControlChannel : IDisposable
{
    /// <summary>Plaintext of one record at most: a frame is 4,096 bytes with header and tag.</summary>
    public const int MostPlaintext = ControlNoiseHeader.MostFrameBytes - ControlNoiseHeader.Size - ChaCha20Poly1305.TagSize;

    /// <summary>Bytes that a frame is longer than its plaintext.</summary>
    public const int Overhead = ControlNoiseHeader.Size + ChaCha20Poly1305.TagSize;

    internal const int MostBodyBytes = ControlNoiseHeader.MostFrameBytes - ControlNoiseHeader.Size;

    private readonly byte[] _sendKey = GC.AllocateArray<byte>(ChaCha20Poly1305.KeySize, pinned: true);
    private readonly byte[] _receiveKey = GC.AllocateArray<byte>(ChaCha20Poly1305.KeySize, pinned: true);
    private readonly byte[] _hash = new byte[32];
    private ulong _sent;
    private ulong _received;
    private ControlOpenVerdict _end;

    private ControlChannel()
    {
    }

    /// <summary>32 bytes that name this channel; the same on both sides.</summary>
    public ReadOnlySpan<byte> HandshakeHash => _hash;

    internal ReadOnlySpan<byte> SendKey => _sendKey;

    internal ReadOnlySpan<byte> ReceiveKey => _receiveKey;

    internal static ControlChannel Of(NoiseHandshake complete)
    {
        var channel = new ControlChannel();
        complete.Hash.CopyTo(channel._hash);
        complete.Split(channel._sendKey, channel._receiveKey);
        return channel;
    }

    /// <summary>Seals one record.</summary>
    /// <param name="plaintext">At most <see cref="MostPlaintext"/> bytes; must not overlap <paramref name="frame"/>.</param>
    /// <param name="frame">Receives the plaintext's length + <see cref="Overhead"/> bytes.</param>
    /// <returns>Bytes of the frame.</returns>
    public int Seal(ReadOnlySpan<byte> plaintext, Span<byte> frame)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plaintext.Length, MostPlaintext);
        var size = plaintext.Length + Overhead;
        var body = frame[ControlNoiseHeader.Size..size];
        ControlNoiseHeader.Write(frame, ControlNoiseType.Record, (ushort)body.Length);
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305.NonceSize];
        WriteNonce(nonce, checked(_sent++));
        ChaCha20Poly1305.Seal(_sendKey, nonce, default, plaintext, body);
        return size;
    }

    /// <summary>Opens the first record in place, if all of it is there.</summary>
    /// <param name="received">From a record's first byte on.</param>
    /// <param name="consumed">Bytes of the record; 0 unless it was opened.</param>
    /// <param name="plaintext">Inside <paramref name="received"/>; may be empty, which is legal and means nothing.</param>
    public ControlOpenVerdict Open(Span<byte> received, out int consumed, out Span<byte> plaintext)
    {
        consumed = 0;
        plaintext = default;
        if (_end != ControlOpenVerdict.Opened)
            return _end;
        if (!ControlNoiseHeader.TryRead(received, out var header))
            return ControlOpenVerdict.NeedMore;
        if (header.Type != ControlNoiseType.Record)
            return _end = ControlOpenVerdict.WrongType;
        if (header.Length > MostBodyBytes)
            return _end = ControlOpenVerdict.TooLong;
        var size = ControlNoiseHeader.Size + header.Length;
        if (received.Length < size)
            return ControlOpenVerdict.NeedMore;
        var body = received[ControlNoiseHeader.Size..size];
        if (body.Length < ChaCha20Poly1305.TagSize)
            return _end = ControlOpenVerdict.NotGenuine;
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305.NonceSize];
        WriteNonce(nonce, checked(_received++));
        var opened = body[..^ChaCha20Poly1305.TagSize];
        if (!ChaCha20Poly1305.Open(_receiveKey, nonce, default, body, opened))
            return _end = ControlOpenVerdict.NotGenuine;
        consumed = size;
        plaintext = opened;
        return ControlOpenVerdict.Opened;
    }

    /// <summary>Zeroes the keys; what is opened after that is refused.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_sendKey);
        CryptographicOperations.ZeroMemory(_receiveKey);
        _end = ControlOpenVerdict.NotGenuine;
    }

    // Big-endian, where Noise itself (section 5.1, "ChaChaPoly") and WireGuard have a little-endian counter.
    private static void WriteNonce(Span<byte> nonce, ulong counter)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], counter);
    }
}
