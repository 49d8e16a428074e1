namespace Edge.Protocols.Netstack;

/// <summary>Places flows in a table by the keyed hash, so that a peer that chooses its ports cannot make them collide.</summary>
internal sealed class FlowKeyComparer(SipHash sip) : IEqualityComparer<FlowKey>
{
    public bool Equals(FlowKey x, FlowKey y) => x == y;

    public int GetHashCode(FlowKey key) => (int)key.Hash(sip);
}
