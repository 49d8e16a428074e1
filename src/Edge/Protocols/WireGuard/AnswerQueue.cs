using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;
using Edge.Foundation.Wire;

namespace Edge.Protocols.WireGuard;

/// <summary>Responses and cookie replies until they are polled: a ring of fixed size.</summary>
internal sealed class AnswerQueue
{
    private const int Capacity = 128;
    private const int SlotSize = WireGuardResponse.Size;

    private readonly byte[] _bytes = new byte[Capacity * SlotSize];
    private readonly Outgoing[] _answers = new Outgoing[Capacity];
    private int _first;

    public int Count { get; private set; }

    public bool IsFull => Count == Capacity;

    /// <summary>Room to write an answer in; it counts once <see cref="Add"/> is called.</summary>
    public Span<byte> Slot => _bytes.AsSpan((_first + Count) % Capacity * SlotSize, SlotSize);

    public void Add(PeerId peer, in DatagramPath path, int length) =>
        _answers[(_first + Count++) % Capacity] = new Outgoing(peer, path, length);

    public bool TryTake(Span<byte> destination, out Outgoing answer)
    {
        answer = default;
        if (Count == 0)
            return false;
        answer = _answers[_first];
        _bytes.AsSpan(_first * SlotSize, answer.Length).CopyTo(destination);
        _first = (_first + 1) % Capacity;
        Count--;
        return true;
    }
}
