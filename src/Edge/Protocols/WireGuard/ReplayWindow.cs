using System.Runtime.CompilerServices;

namespace Edge.Protocols.WireGuard;

/// <summary>
/// Which counters of a session were received: a sliding window of 8,128 over a ring of bits (RFC 6479), as wide as the reference
/// implementation's. Asking and marking are apart, because a counter counts only once its message has proven to be authentic.
/// </summary>
internal struct ReplayWindow
{
    private const int BlockBits = 64;
    private const int Blocks = 128;

    /// <summary>Counters behind the greatest that are still told apart. One block of the ring is always partly ahead of it.</summary>
    public const int Size = (Blocks - 1) * BlockBits;

    private ulong _greatest;
    private Ring _ring;

    /// <summary>Whether a message with this counter would be new.</summary>
    public readonly bool IsNew(ulong counter) =>
        counter > _greatest
        || (_greatest - counter <= Size && (_ring[(int)(counter / BlockBits % Blocks)] & (1UL << (int)(counter % BlockBits))) == 0);

    /// <summary>Takes the counter of an authentic message that was new.</summary>
    public void Mark(ulong counter)
    {
        var block = counter / BlockBits;
        if (counter > _greatest)
        {
            var current = _greatest / BlockBits;
            var passed = Math.Min(block - current, Blocks);
            for (ulong i = 1; i <= passed; i++)
                _ring[(int)((current + i) % Blocks)] = 0;
            _greatest = counter;
        }
        _ring[(int)(block % Blocks)] |= 1UL << (int)(counter % BlockBits);
    }

    [InlineArray(Blocks)]
    private struct Ring
    {
        private ulong _first;
    }
}
