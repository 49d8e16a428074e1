using System.Numerics;
using Edge.Foundation.Time;
using Edge.Foundation.Wire;

namespace Edge.Protocols.Netstack;

/// <summary>
/// Puts fragments together (RFC 791 section 3.2, RFC 8200 section 4.5): some datagrams at a time, each for a while. Fragments that overlap
/// end their datagram (RFC 5722, which is for IPv6 and no worse for IPv4).
/// </summary>
internal sealed class Reassembly
{
    private const int MostDatagrams = 16;
    private const int MostBytes = 65_536;
    private const int Unit = 8;

    /// <summary>Of the first fragment's packet so much is kept: all that an error about the datagram quotes (RFC 4443 section 2.4 (c)).</summary>
    private const int MostQuoted = 1280;

    /// <summary>RFC 8200 allows a minute and RFC 791 a quarter of one.</summary>
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(30);

    private readonly Slot?[] _slots = new Slot?[MostDatagrams];

    /// <summary>Adds a fragment.</summary>
    /// <param name="now">The time.</param>
    /// <param name="key">Names the datagram.</param>
    /// <param name="offset">In bytes.</param>
    /// <param name="isLast">No more follow.</param>
    /// <param name="bytes">Its part.</param>
    /// <param name="protocol">What its header says that the datagram is.</param>
    /// <param name="packet">All of it.</param>
    /// <param name="datagram">When true is returned: the whole, until the next call.</param>
    public bool TryComplete(Timestamp now, FragmentKey key, int offset, bool isLast, ReadOnlySpan<byte> bytes, IpProtocol protocol, ReadOnlySpan<byte> packet, out Datagram datagram)
    {
        datagram = default;
        // All but the last are whole units; and an end beyond what a length field can say is the "ping of death".
        if (bytes.IsEmpty || !isLast && bytes.Length % Unit != 0 || offset + bytes.Length > ushort.MaxValue)
            return false;
        var slot = Find(now, key);
        if (!slot.Add(offset, isLast, bytes))
        {
            slot.IsUsed = false;
            return false;
        }
        if (offset == 0)
            slot.KeepFirst(protocol, packet[..Math.Min(packet.Length, MostQuoted)]);
        if (!slot.IsComplete)
            return false;
        slot.IsUsed = false;
        datagram = new Datagram(slot.Protocol, slot.Bytes.AsSpan(0, slot.Length), slot.First);
        return true;
    }

    private Slot Find(Timestamp now, FragmentKey key)
    {
        Slot? free = null;
        for (var i = 0; i < _slots.Length; i++)
        {
            var slot = _slots[i] ??= new Slot();
            if (slot.IsUsed && slot.Ends <= now)
                slot.IsUsed = false;
            if (slot.IsUsed && slot.Key == key)
                return slot;
            // The oldest makes room for a new one.
            if (free is null || free.IsUsed && (!slot.IsUsed || slot.Ends < free.Ends))
                free = slot;
            if (!slot.IsUsed && i + 1 < _slots.Length && _slots[i + 1] is null)
                break;
        }
        free!.Start(key, now + s_life);
        return free;
    }

    /// <summary>Fragments that became one.</summary>
    internal readonly ref struct Datagram(IpProtocol protocol, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> first)
    {
        /// <summary>What the first fragment says, which decides (RFC 8200 section 4.5).</summary>
        public IpProtocol Protocol { get; } = protocol;

        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        /// <summary>The start of the first fragment's packet, for an error to quote: the others do not have the transport's header.</summary>
        public ReadOnlySpan<byte> First { get; } = first;
    }

    private sealed class Slot
    {
        // One bit a unit that arrived.
        private readonly ulong[] _arrived = new ulong[MostBytes / Unit / 64];
        private byte[] _first = [];
        private int _firstLength;
        private int _units;
        private int _length;

        public byte[] Bytes { get; private set; } = [];

        public bool IsUsed { get; set; }

        public FragmentKey Key { get; private set; }

        public Timestamp Ends { get; private set; }

        public int Length => _length;

        public IpProtocol Protocol { get; private set; }

        public ReadOnlySpan<byte> First => _first.AsSpan(0, _firstLength);

        public bool IsComplete => _length > 0 && _units == (_length + Unit - 1) / Unit;

        public void Start(FragmentKey key, Timestamp ends)
        {
            (Key, Ends, IsUsed) = (key, ends, true);
            (_units, _length, _firstLength) = (0, 0, 0);
            Array.Clear(_arrived);
        }

        public void KeepFirst(IpProtocol protocol, ReadOnlySpan<byte> packet)
        {
            // Its double says the same, or has been refused.
            if (_firstLength > 0)
                return;
            if (_first.Length == 0)
                _first = new byte[MostQuoted];
            packet.CopyTo(_first);
            (Protocol, _firstLength) = (protocol, packet.Length);
        }

        public bool Add(int offset, bool isLast, ReadOnlySpan<byte> bytes)
        {
            var end = offset + bytes.Length;
            if (isLast ? _length != 0 && _length != end : _length != 0 && end > _length)
                return false;
            int first = offset / Unit, last = (end - 1) / Unit;
            var known = 0;
            for (var unit = first; unit <= last; unit++)
                known += (int)(_arrived[unit / 64] >> unit & 1);
            if (known > 0)
                // The network may double a packet; that is no attack.
                return known == last - first + 1 && bytes.SequenceEqual(Bytes.AsSpan(offset, bytes.Length));
            if (isLast)
            {
                if (AnyFrom(last + 1))
                    return false;
                _length = end;
            }
            if (Bytes.Length < end)
            {
                var grown = Bytes;
                Array.Resize(ref grown, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(end, 4096)));
                Bytes = grown;
            }
            bytes.CopyTo(Bytes.AsSpan(offset));
            for (var unit = first; unit <= last; unit++)
                _arrived[unit / 64] |= 1UL << unit;
            _units += last - first + 1;
            return true;
        }

        private bool AnyFrom(int unit)
        {
            for (; unit < MostBytes / Unit; unit++)
                if ((_arrived[unit / 64] >> unit & 1) != 0)
                    return true;
            return false;
        }
    }
}
