using Edge.Foundation.Keys;
using Edge.Foundation.Time;

namespace Edge.Dataplane.Tailnet;

/// <summary>Who owns the relays of an engine's tailnet, and is told of its paths. Called by the engine's thread: nothing may wait.</summary>
internal interface ITailnetUser
{
    /// <summary>A datagram that a relay is to carry.</summary>
    /// <param name="region">Which relay.</param>
    /// <param name="peer">Whom it hands it to.</param>
    /// <param name="datagram">Borrowed.</param>
    void Relay(int region, in PublicKey peer, ReadOnlySpan<byte> datagram);

    /// <summary>Something may have happened to paths or to the check: both are to be asked.</summary>
    void Turned(Timestamp now, EngineTailnet tailnet);

    /// <summary>Nothing happened for a while: memory that only a busy time needs can go.</summary>
    void Idled();
}
