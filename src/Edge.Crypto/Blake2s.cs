using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Edge.Crypto;

/// <summary>
/// BLAKE2s (RFC 7693): plain and keyed in one call, or in pieces as a value on the caller's stack; and HMAC over it (RFC 2104), which Noise
/// asks for. Our own, because neither NSec nor libsodium has it. It serves handshakes, never packets. No branch and no index depends on data.
/// </summary>
public unsafe struct Blake2s
{
    /// <summary>The most bytes that a hash can have, and a key.</summary>
    public const int MaxSize = 32;
    public const int BlockSize = 64;

    private fixed uint _h[8];
    private fixed byte _block[BlockSize];
    private ulong _count;
    private int _used;
    private readonly int _size;

    /// <summary>Begins a hash.</summary>
    /// <param name="size">Bytes of the result, 1 to 32. A shorter hash is another hash, not a prefix.</param>
    /// <param name="key">0 to 32 bytes; empty: not keyed.</param>
    public Blake2s(int size, ReadOnlySpan<byte> key = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, MaxSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, MaxSize, nameof(key));
        _size = size;
        for (int i = 0; i < 8; i++)
            _h[i] = Initial[i];
        // Section 2.5: the parameter block's first word; the others are zero.
        _h[0] ^= 0x01010000 ^ (uint)key.Length << 8 ^ (uint)size;
        if (key.IsEmpty)
            return;
        // Section 2.9: the key, padded with zeros, is the first block.
        key.CopyTo(Block);
        _used = BlockSize;
    }

    /// <summary>Section 2.6: that of SHA-256.</summary>
    private static ReadOnlySpan<uint> Initial =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    [UnscopedRef]
    private Span<byte> Block => MemoryMarshal.CreateSpan(ref _block[0], BlockSize);

    /// <summary>BLAKE2s-256 of <paramref name="data"/>, or a shorter one.</summary>
    /// <param name="data">Any size.</param>
    /// <param name="hash">Receives the hash; its size, 1 to 32, is the hash's.</param>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash) => Mac(default, data, hash);

    /// <summary>The hash of two pieces, one after the other.</summary>
    /// <inheritdoc cref="Hash(ReadOnlySpan{byte}, Span{byte})"/>
    public static void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> hash)
    {
        var state = new Blake2s(hash.Length);
        state.Append(first);
        state.Append(second);
        state.Finish(hash);
    }

    /// <summary>Keyed BLAKE2s (section 2.9).</summary>
    /// <param name="key">0 to 32 bytes.</param>
    /// <param name="data">Any size.</param>
    /// <param name="mac">Receives it; its size, 1 to 32 (WireGuard: 16), is a parameter of the hash.</param>
    public static void Mac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        var state = new Blake2s(mac.Length, key);
        state.Append(data);
        state.Finish(mac);
    }

    /// <summary>HMAC-BLAKE2s-256 (RFC 2104) of two pieces, one after the other; either may be empty.</summary>
    /// <param name="key">Any size; over 64 bytes it is hashed first.</param>
    /// <param name="first">Any size.</param>
    /// <param name="second">Any size.</param>
    /// <param name="mac">Receives 32 bytes; may be any of the other spans.</param>
    public static void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> mac)
    {
        Sizes.Require(mac, MaxSize);
        Span<byte> pad = stackalloc byte[BlockSize];
        pad.Clear();
        if (key.Length > BlockSize)
            Hash(key, pad[..MaxSize]);
        else
            key.CopyTo(pad);
        foreach (ref byte b in pad)
            b ^= 0x36;
        var inner = new Blake2s(MaxSize);
        inner.Append(pad);
        inner.Append(first);
        inner.Append(second);
        Span<byte> digest = stackalloc byte[MaxSize];
        inner.Finish(digest);

        foreach (ref byte b in pad)
            b ^= 0x36 ^ 0x5c;
        var outer = new Blake2s(MaxSize);
        outer.Append(pad);
        outer.Append(digest);
        outer.Finish(mac);
        CryptographicOperations.ZeroMemory(pad);
        CryptographicOperations.ZeroMemory(digest);
    }

    /// <inheritdoc cref="Hmac(ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte}, Span{byte})"/>
    public static void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> mac) => Hmac(key, data, default, mac);

    /// <summary>Adds the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        // The last block is compressed by Finish, so a full one waits here until more comes.
        while (!data.IsEmpty)
        {
            if (_used == BlockSize)
            {
                _count += BlockSize;
                Compress(Block, isLast: false);
                _used = 0;
            }
            if (_used == 0)
            {
                while (data.Length > BlockSize)
                {
                    _count += BlockSize;
                    Compress(data[..BlockSize], isLast: false);
                    data = data[BlockSize..];
                }
            }
            int taken = Math.Min(BlockSize - _used, data.Length);
            data[..taken].CopyTo(Block[_used..]);
            _used += taken;
            data = data[taken..];
        }
    }

    /// <summary>Writes the hash and zeroes this state, which is of no more use.</summary>
    /// <param name="hash">Receives as many bytes as the constructor was told.</param>
    public void Finish(Span<byte> hash)
    {
        if (_size == 0)
            throw new InvalidOperationException("this hash was not begun, or is finished: begin one with the constructor");
        Sizes.Require(hash, _size);
        _count += (ulong)_used;
        Block[_used..].Clear();
        Compress(Block, isLast: true);
        Span<byte> words = stackalloc byte[MaxSize];
        for (int i = 0; i < 8; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(words[(4 * i)..], _h[i]);
        words[..hash.Length].CopyTo(hash);
        CryptographicOperations.ZeroMemory(words);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(new Span<Blake2s>(ref this)));
    }

    /// <summary>Section 3.2, function F, with the working vector as four rows of four words.</summary>
    private void Compress(ReadOnlySpan<byte> block, bool isLast)
    {
        Span<uint> m = stackalloc uint[16];
        for (int i = 0; i < 16; i++)
            m[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);

        ref uint h = ref _h[0];
        Vector128<uint> h0 = Vector128.LoadUnsafe(ref h);
        Vector128<uint> h1 = Vector128.LoadUnsafe(ref h, 4);
        var rows = new Rows
        {
            A = h0,
            B = h1,
            C = Vector128.Create(Initial),
            D = Vector128.Create(Initial[4..]) ^ Vector128.Create((uint)_count, (uint)(_count >> 32), isLast ? uint.MaxValue : 0, 0),
        };
        // Section 2.7: the message schedule SIGMA.
        ref uint w = ref m[0];
        rows.Round(ref w, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        rows.Round(ref w, 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3);
        rows.Round(ref w, 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4);
        rows.Round(ref w, 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8);
        rows.Round(ref w, 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13);
        rows.Round(ref w, 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9);
        rows.Round(ref w, 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11);
        rows.Round(ref w, 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10);
        rows.Round(ref w, 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5);
        rows.Round(ref w, 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0);
        (h0 ^ rows.A ^ rows.C).StoreUnsafe(ref h);
        (h1 ^ rows.B ^ rows.D).StoreUnsafe(ref h, 4);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(m));
    }

    private struct Rows
    {
        public Vector128<uint> A, B, C, D;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Round(
            ref uint m, int s0, int s1, int s2, int s3, int s4, int s5, int s6, int s7,
            int s8, int s9, int s10, int s11, int s12, int s13, int s14, int s15)
        {
            Mix(Words(ref m, s0, s2, s4, s6), Words(ref m, s1, s3, s5, s7));
            // The diagonals become columns.
            B = Vector128.Shuffle(B, Vector128.Create(1u, 2, 3, 0));
            C = Vector128.Shuffle(C, Vector128.Create(2u, 3, 0, 1));
            D = Vector128.Shuffle(D, Vector128.Create(3u, 0, 1, 2));
            Mix(Words(ref m, s8, s10, s12, s14), Words(ref m, s9, s11, s13, s15));
            B = Vector128.Shuffle(B, Vector128.Create(3u, 0, 1, 2));
            C = Vector128.Shuffle(C, Vector128.Create(2u, 3, 0, 1));
            D = Vector128.Shuffle(D, Vector128.Create(1u, 2, 3, 0));
        }

        /// <summary>Section 3.1, function G, on four columns at once.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Mix(Vector128<uint> x, Vector128<uint> y)
        {
            A += B + x;
            D = RotateRight(D ^ A, 16);
            C += D;
            B = RotateRight(B ^ C, 12);
            A += B + y;
            D = RotateRight(D ^ A, 8);
            C += D;
            B = RotateRight(B ^ C, 7);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<uint> RotateRight(Vector128<uint> words, int bits) => words >>> bits | words << 32 - bits;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<uint> Words(ref uint m, int a, int b, int c, int d) =>
            Vector128.Create(Unsafe.Add(ref m, a), Unsafe.Add(ref m, b), Unsafe.Add(ref m, c), Unsafe.Add(ref m, d));
    }
}
