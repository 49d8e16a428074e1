using Edge.Crypto.Native;

namespace Edge.Crypto;

/// <summary>
/// ChaCha20-Poly1305 (RFC 8439) for streams of packets: one thread owns it and works through many keys with it, best in runs of one key. A shard
/// keeps one, for both directions. No call allocates. It remembers the last key of each direction until <see cref="Forget"/>.
/// By libcrypto where it is, small packets and else by libsodium: <c>scripts/bench aead</c> is where the choice comes from.
/// </summary>
public sealed unsafe class AeadContext : IDisposable
{
    public const int KeySize = ChaCha20Poly1305.KeySize;
    public const int TagSize = ChaCha20Poly1305.TagSize;

    /// <summary>Up to this many bytes of plaintext (an acknowledgement inside WireGuard) libsodium is quicker: it needs one call where libcrypto needs four.</summary>
    internal const int SmallSize = 64;

    private readonly EvpContext? _sealing;
    private readonly EvpContext? _opening;

    /// <summary>The fastest that this machine has.</summary>
    public AeadContext() : this(LibCrypto.IsAvailable ? AeadImplementation.OpenSsl : AeadImplementation.Sodium)
    {
    }

    internal AeadContext(AeadImplementation implementation)
    {
        Implementation = implementation;
        if (implementation != AeadImplementation.OpenSsl)
            return;
        _sealing = new EvpContext(encrypts: true);
        _opening = new EvpContext(encrypts: false);
    }

    /// <summary>Whose code seals large packets.</summary>
    public AeadImplementation Implementation { get; }

    /// <summary>The version of libcrypto, such as <c>3.0.22</c>; null where large packets are libsodium's too.</summary>
    public string? OpenSslVersion => Implementation == AeadImplementation.OpenSsl ? LibCrypto.Version : null;

    /// <summary>Seals a packet of <paramref name="size"/> bytes here and by libsodium, compares them, and opens it again.</summary>
    /// <returns>False when a single bit differs: the library must not be used.</returns>
    public bool AgreesWithSodium(int size)
    {
        byte[] key = new byte[KeySize];
        byte[] packet = new byte[size + TagSize];
        byte[] expected = new byte[size + TagSize];
        for (int i = 0; i < size; i++)
            packet[i] = (byte)i;
        for (int i = 0; i < KeySize; i++)
            key[i] = (byte)(i + 1);
        ChaCha20Poly1305.Seal(key, 1, default, packet.AsSpan(0, size), expected);
        Seal(key, 1, packet);
        if (!packet.AsSpan().SequenceEqual(expected) || !Open(key, 1, packet))
            return false;
        for (int i = 0; i < size; i++)
        {
            if (packet[i] != (byte)i)
                return false;
        }
        return true;
    }

    /// <summary>Seals in place with the counter as the nonce (WireGuard, Noise: least significant byte first) and no associated data.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counter">Never twice with one key.</param>
    /// <param name="packet">The plaintext and behind it 16 bytes of room, which receive the tag.</param>
    public void Seal(ReadOnlySpan<byte> key, ulong counter, Span<byte> packet)
    {
        if (packet.Length < TagSize)
            throw new ArgumentException($"packet has {packet.Length} bytes: no room for the tag of {TagSize}", nameof(packet));
        Seal(key, counter, packet[..^TagSize], packet);
    }

    /// <summary>Seals with the counter as the nonce and no associated data; in place when both spans begin at the same byte.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counter">Never twice with one key.</param>
    /// <param name="plaintext">May be empty.</param>
    /// <param name="sealedPacket">Receives <paramref name="plaintext"/>'s size + 16 bytes, exactly.</param>
    public void Seal(ReadOnlySpan<byte> key, ulong counter, ReadOnlySpan<byte> plaintext, Span<byte> sealedPacket)
    {
        if (_sealing is null || plaintext.Length <= SmallSize)
        {
            ChaCha20Poly1305.Seal(key, counter, default, plaintext, sealedPacket);
            return;
        }
        Sizes.Require(key, KeySize);
        Sizes.Require(sealedPacket, plaintext.Length + TagSize);
        Sizes.RequireSameOrApart(plaintext, sealedPacket);
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305.NonceSize];
        ChaCha20Poly1305.WriteNonce(counter, nonce);
        fixed (byte* n = nonce, p = plaintext, s = sealedPacket)
            _sealing.Seal(key, n, p, plaintext.Length, s);
    }

    /// <summary>Opens in place what <see cref="Seal(ReadOnlySpan{byte}, ulong, Span{byte})"/> sealed.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counter">The packet's.</param>
    /// <param name="packet">Ciphertext and tag. On success all but the last 16 bytes are the plaintext, else they are zeroed.</param>
    /// <returns>False when the packet is shorter than a tag or was not sealed so.</returns>
    public bool Open(ReadOnlySpan<byte> key, ulong counter, Span<byte> packet) =>
        packet.Length >= TagSize && Open(key, counter, packet, packet[..^TagSize]);

    /// <summary>Opens; in place when both spans begin at the same byte.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="counter">The packet's.</param>
    /// <param name="sealedPacket">Ciphertext and tag, from anywhere.</param>
    /// <param name="plaintext">Receives <paramref name="sealedPacket"/>'s size - 16 bytes; zeroed when the result is false.</param>
    /// <returns>False when the packet is shorter than a tag or was not sealed so.</returns>
    public bool Open(ReadOnlySpan<byte> key, ulong counter, ReadOnlySpan<byte> sealedPacket, Span<byte> plaintext)
    {
        if (_opening is null || sealedPacket.Length <= SmallSize + TagSize)
            return ChaCha20Poly1305.Open(key, counter, default, sealedPacket, plaintext);
        Sizes.Require(key, KeySize);
        if (sealedPacket.Length < TagSize)
            return false;
        Sizes.Require(plaintext, sealedPacket.Length - TagSize);
        Sizes.RequireSameOrApart(sealedPacket, plaintext);
        Span<byte> nonce = stackalloc byte[ChaCha20Poly1305.NonceSize];
        ChaCha20Poly1305.WriteNonce(counter, nonce);
        fixed (byte* n = nonce, s = sealedPacket, p = plaintext)
        {
            if (_opening.Open(key, n, s, plaintext.Length, p))
                return true;
        }
        plaintext.Clear();
        return false;
    }

    /// <summary>Zeroes the keys that it remembers: to be called when a session ends.</summary>
    public void Forget()
    {
        _sealing?.Forget();
        _opening?.Forget();
    }

    public void Dispose()
    {
        _sealing?.Dispose();
        _opening?.Dispose();
    }
}
