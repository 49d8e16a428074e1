using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Edge.Foundation.Addresses;

namespace Edge.Foundation.Wire;

/// <summary>
/// The checksum of IPv4, TCP, UDP and ICMP (RFC 1071). Sums are kept in the machine's byte order, which RFC 1071 section 2(B) allows, and
/// unfolded: sums of even-length pieces add up.
/// </summary>
internal static class InternetChecksum
{
    // A 32-bit lane takes two 16-bit words a step: 2^15 steps of 16 bytes cannot overflow it.
    private const int LargestBlock = 32_768 * 16;

    /// <summary>Adds up bytes; a last odd byte counts as if a zero followed.</summary>
    /// <returns>An unfolded sum, at most 2^48 above <paramref name="sum"/> for inputs below 2 GiB.</returns>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        ref var start = ref MemoryMarshal.GetReference(bytes);
        var length = bytes.Length;
        var at = 0;
        while (length - at >= 64)
        {
            var end = at + (Math.Min(length - at, LargestBlock) & ~63);
            var low = Vector128<uint>.Zero;
            var high = Vector128<uint>.Zero;
            for (; at < end; at += 64)
            {
                Accumulate(ref low, ref high, Vector128.LoadUnsafe(ref start, (nuint)at), Vector128.LoadUnsafe(ref start, (nuint)(at + 16)));
                Accumulate(ref low, ref high, Vector128.LoadUnsafe(ref start, (nuint)(at + 32)), Vector128.LoadUnsafe(ref start, (nuint)(at + 48)));
            }
            sum += Total(low) + Total(high);
        }
        return AddTail(sum, bytes[at..]);
    }

    /// <summary>Copies and adds up in one pass over the memory.</summary>
    /// <param name="sum">What it is added to.</param>
    /// <param name="source">The bytes.</param>
    /// <param name="destination">At least as long as <paramref name="source"/>; not overlapping it.</param>
    public static ulong CopyAndAdd(ulong sum, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, source.Length);
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var length = source.Length;
        var at = 0;
        while (length - at >= 64)
        {
            var end = at + (Math.Min(length - at, LargestBlock) & ~63);
            var low = Vector128<uint>.Zero;
            var high = Vector128<uint>.Zero;
            for (; at < end; at += 64)
            {
                var a = Vector128.LoadUnsafe(ref from, (nuint)at);
                var b = Vector128.LoadUnsafe(ref from, (nuint)(at + 16));
                var c = Vector128.LoadUnsafe(ref from, (nuint)(at + 32));
                var d = Vector128.LoadUnsafe(ref from, (nuint)(at + 48));
                a.StoreUnsafe(ref to, (nuint)at);
                b.StoreUnsafe(ref to, (nuint)(at + 16));
                c.StoreUnsafe(ref to, (nuint)(at + 32));
                d.StoreUnsafe(ref to, (nuint)(at + 48));
                Accumulate(ref low, ref high, a, b);
                Accumulate(ref low, ref high, c, d);
            }
            sum += Total(low) + Total(high);
        }
        source[at..].CopyTo(destination[at..]);
        return AddTail(sum, source[at..]);
    }

    /// <summary>The same of a piece that does not begin at an even offset of what is summed: its bytes count the other way round (RFC 1071 section 2(B)).</summary>
    public static ulong CopyAndAddOdd(ulong sum, ReadOnlySpan<byte> source, Span<byte> destination) =>
        sum + BinaryPrimitives.ReverseEndianness(FoldHere(CopyAndAdd(0, source, destination)));

    /// <summary>Adds a 16-bit value that stands on the wire in network order.</summary>
    public static ulong Add(ulong sum, ushort value) => sum + (BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    /// <summary>Adds a 32-bit value that stands on the wire in network order.</summary>
    public static ulong Add(ulong sum, uint value) => sum + (BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value);

    /// <summary>Adds the pseudo-header of TCP and UDP (RFC 9293 section 3.1, RFC 8200 section 8.1).</summary>
    /// <param name="sum">What it is added to.</param>
    /// <param name="addresses">Source and destination as they lie in the IP header: 8 or 32 bytes.</param>
    /// <param name="protocol">The upper layer's number.</param>
    /// <param name="length">Bytes of the upper layer's header and data.</param>
    public static ulong AddPseudoHeader(ulong sum, ReadOnlySpan<byte> addresses, IpProtocol protocol, int length) =>
        Add(Add(Add(sum, addresses), (uint)length), (ushort)protocol);

    /// <summary>The same of addresses as values, which are both of one family.</summary>
    public static ulong AddPseudoHeader(ulong sum, IpAddress source, IpAddress destination, IpProtocol protocol, int length)
    {
        Span<byte> addresses = stackalloc byte[32];
        source.Write(addresses);
        destination.Write(addresses[source.Size..]);
        return AddPseudoHeader(sum, addresses[..(2 * source.Size)], protocol, length);
    }

    /// <summary>The folded sum, not complemented, as a value whose big-endian form goes on the wire.</summary>
    public static ushort Fold(ulong sum) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(FoldHere(sum)) : FoldHere(sum);

    // In the machine's order.
    private static ushort FoldHere(ulong sum)
    {
        sum = (sum & 0xffff_ffff) + (sum >> 32);
        sum = (sum & 0xffff_ffff) + (sum >> 32);
        var folded = (uint)(sum & 0xffff) + (uint)(sum >> 16);
        folded = (folded & 0xffff) + (folded >> 16);
        folded = (folded & 0xffff) + (folded >> 16);
        return (ushort)folded;
    }

    /// <summary>The checksum: the complement of the folded sum. A sum over data with a right checksum in it gives 0.</summary>
    public static ushort Finish(ulong sum) => (ushort)~Fold(sum);

    /// <summary>Whether bytes with their checksum in them add up.</summary>
    /// <param name="sum">Of their pseudo-header, if they have one.</param>
    /// <param name="bytes">All that it is about.</param>
    public static bool IsValid(ulong sum, ReadOnlySpan<byte> bytes) => Finish(Add(sum, bytes)) == 0;

    /// <summary>The checksum of one piece of data.</summary>
    public static ushort Of(ReadOnlySpan<byte> bytes) => Finish(Add(0, bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(ref Vector128<uint> low, ref Vector128<uint> high, Vector128<byte> a, Vector128<byte> b)
    {
        var mask = Vector128.Create(0xffffu);
        low += (a.AsUInt32() & mask) + (b.AsUInt32() & mask);
        high += (a.AsUInt32() >>> 16) + (b.AsUInt32() >>> 16);
    }

    private static ulong Total(Vector128<uint> lanes)
    {
        var (lower, upper) = Vector128.Widen(lanes);
        return Vector128.Sum(lower + upper);
    }

    private static ulong AddTail(ulong sum, ReadOnlySpan<byte> rest)
    {
        for (; rest.Length >= 4; rest = rest[4..])
            sum += MemoryMarshal.Read<uint>(rest);
        if (rest.Length >= 2)
        {
            sum += MemoryMarshal.Read<ushort>(rest);
            rest = rest[2..];
        }
        if (rest.Length == 1)
            sum += BitConverter.IsLittleEndian ? rest[0] : (uint)rest[0] << 8;
        return sum;
    }
}
