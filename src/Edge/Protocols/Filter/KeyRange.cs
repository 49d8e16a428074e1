using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Protocols.Filter;

/// <summary>
/// Addresses of one family from one to another, both included, as numbers. Which family is told beside it: an IPv6 packet from `::ffff:10.0.0.1` is IPv6,
/// whatever <see cref="IpAddress"/> holds it for.
/// </summary>
internal readonly record struct KeyRange(UInt128 First, UInt128 Last)
{
    public bool Contains(UInt128 key) => First <= key && key <= Last;

    public static KeyRange Of(AddressRange range) => new(range.First.Bits, range.Last.Bits);
}
