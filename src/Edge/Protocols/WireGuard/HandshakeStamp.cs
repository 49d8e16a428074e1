using Edge.Foundation.Wire;

namespace Edge.Protocols.WireGuard;

/// <summary>
/// The TAI64N timestamp of an initiation as one comparable number, coarsened to units of 2^24 ns (16.8 ms) so that it says less about the
/// clock than the protocol needs (whitepaper section 5.1 asks for order, not for precision).
/// </summary>
/// <param name="Bits">The 96 bits as on the wire; zero: before every stamp.</param>
internal readonly record struct HandshakeStamp(UInt128 Bits) : IComparable<HandshakeStamp>
{
    /// <summary>2^24 ns.</summary>
    private const uint Unit = 1 << 24;

    private const uint NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The stamp of a wall time. Years before 1970 count as 1970.</summary>
    public static HandshakeStamp Of(DateTimeOffset wall)
    {
        var ticks = Math.Max(0, wall.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks);
        var seconds = Tai64n.UnixEpoch + (ulong)(ticks / TimeSpan.TicksPerSecond);
        var nanoseconds = (uint)(ticks % TimeSpan.TicksPerSecond) * 100;
        return new(((UInt128)seconds << 32) | (nanoseconds & ~(Unit - 1)));
    }

    /// <summary>The next greater stamp.</summary>
    public HandshakeStamp Next()
    {
        var nanoseconds = (uint)Bits + Unit;
        var seconds = (ulong)(Bits >> 32);
        return nanoseconds < NanosecondsPerSecond ? new(Bits + Unit) : new((UInt128)(seconds + 1) << 32);
    }

    /// <param name="bytes">12, as on the wire. Not coarsened: other programs may say more.</param>
    public static HandshakeStamp Read(ReadOnlySpan<byte> bytes) =>
        Tai64n.TryRead(bytes, out var stamp) ? new(((UInt128)stamp.Seconds << 32) | stamp.Nanoseconds) : default;

    /// <summary>Writes <see cref="Tai64n.Size"/> bytes.</summary>
    public void Write(Span<byte> destination) => Tai64n.Write(destination, (ulong)(Bits >> 32), (uint)Bits);

    public int CompareTo(HandshakeStamp other) => Bits.CompareTo(other.Bits);

    public static bool operator <(HandshakeStamp a, HandshakeStamp b) => a.Bits < b.Bits;

    public static bool operator >(HandshakeStamp a, HandshakeStamp b) => a.Bits > b.Bits;

    public static bool operator <=(HandshakeStamp a, HandshakeStamp b) => a.Bits <= b.Bits;

    public static bool operator >=(HandshakeStamp a, HandshakeStamp b) => a.Bits >= b.Bits;
}
