using Edge.Foundation.Addresses;
using Edge.Foundation.Keys;
using Edge.Foundation.Time;

namespace Edge.Foundation.Buffers;

/// <summary>
/// The last packet of each of a few senders whom nobody knows yet: who joins a network may talk to its nodes before they were told of it. Anybody
/// can claim a key and take another's place here, who then has to send again, as it would without this.
/// </summary>
internal sealed class StrangerPackets
{
    /// <summary>Bytes of a packet; longer ones are not kept.</summary>
    public const int MaxLength = 256;

    private const int Capacity = 16;

    // By then its sender has sent another.
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(5);

    private readonly Item[] _items = new Item[Capacity];
    private readonly byte[] _bytes = new byte[Capacity * MaxLength];
    private int _next;

    /// <summary>Copies a packet, in the place of the sender's one before, or of the one that came longest ago.</summary>
    public void Keep(Timestamp now, in PublicKey sender, ReadOnlySpan<byte> packet, in DatagramPath path)
    {
        if (packet.Length > MaxLength)
            return;
        var at = Find(sender);
        if (at < 0)
        {
            at = _next;
            _next = (_next + 1) % Capacity;
        }
        packet.CopyTo(_bytes.AsSpan(at * MaxLength));
        _items[at] = new Item(sender, path, now, packet.Length);
    }

    /// <summary>Takes out the packet of a sender who is known by now.</summary>
    /// <param name="now">What is older than five seconds is forgotten.</param>
    /// <param name="sender">Who.</param>
    /// <param name="packet">At least <see cref="MaxLength"/> bytes.</param>
    /// <param name="length">What was written there.</param>
    /// <param name="path">The way it came.</param>
    /// <returns>False: there is none.</returns>
    public bool TryTake(Timestamp now, in PublicKey sender, Span<byte> packet, out int length, out DatagramPath path)
    {
        (length, path) = (0, default);
        var at = Find(sender);
        if (at < 0)
            return false;
        var item = _items[at];
        _items[at] = default;
        if (now - item.At > s_life)
            return false;
        (length, path) = (item.Length, item.Path);
        _bytes.AsSpan(at * MaxLength, length).CopyTo(packet);
        return true;
    }

    private int Find(in PublicKey sender)
    {
        for (var at = 0; at < Capacity; at++)
        {
            if (_items[at].Length > 0 && _items[at].Sender == sender)
                return at;
        }
        return -1;
    }

    private readonly record struct Item(PublicKey Sender, DatagramPath Path, Timestamp At, int Length);
}
