using System.Buffers.Binary;
using Edge.Foundation;
using Edge.Foundation.Addresses;
using Edge.Foundation.Time;

namespace Edge.Protocols.WireGuard;

/// <summary>
/// How often one proven source address may ask while the device is under load: 20 handshakes a second after a burst of 5, as the reference
/// implementations do. IPv6 counts by /64, what one host commonly has. The table has a fixed size; where a set is full, the source that was
/// quiet longest gives way. Keyed, so that nobody can aim at another's place.
/// </summary>
internal sealed class SourceLimiter
{
    private const int Burst = 5;
    private const long NanosecondsPerToken = 1_000_000_000 / 20;
    private const int Sets = 512;
    private const int Ways = 4;

    private readonly Source[] _sources = new Source[Sets * Ways];
    private readonly ulong _key;

    public SourceLimiter(EntropySource entropy)
    {
        Span<byte> key = stackalloc byte[8];
        entropy.Fill(key);
        _key = BinaryPrimitives.ReadUInt64LittleEndian(key) | 1;
    }

    /// <returns>False: too often.</returns>
    public bool Allows(Timestamp now, IpAddress address)
    {
        var host = address.IsV4 ? address.Bits : address.Bits >> 64 << 64;
        ref var source = ref Find(host);
        if (source.Host != host || source.Full < now)
            source = new Source { Host = host, Full = now };
        if ((source.Full.Nanoseconds - now.Nanoseconds) / NanosecondsPerToken >= Burst)
            return false;
        source.Full = new Timestamp(source.Full.Nanoseconds + NanosecondsPerToken);
        return true;
    }

    /// <summary>The source's own place, or the one of its set that is full again soonest.</summary>
    private ref Source Find(UInt128 host)
    {
        var mixed = ((ulong)(host >> 64) ^ _key) * 0x9E37_79B9_7F4A_7C15 ^ ((ulong)host + _key);
        mixed = (mixed ^ (mixed >> 29)) * _key;
        var set = _sources.AsSpan((int)(mixed >> 40) % Sets * Ways, Ways);
        var oldest = 0;
        for (var i = 0; i < Ways; i++)
        {
            if (set[i].Host == host)
                return ref set[i];
            if (set[i].Full < set[oldest].Full)
                oldest = i;
        }
        return ref set[oldest];
    }

    private struct Source
    {
        public UInt128 Host;

        /// <summary>When all its tokens are back.</summary>
        public Timestamp Full;
    }
}
