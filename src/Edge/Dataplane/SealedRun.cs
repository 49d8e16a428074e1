using Edge.Foundation.Addresses;
using Edge.Foundation.Peers;

namespace Edge.Dataplane;

/// <summary>
/// Datagrams for one path that lie one behind the other: all of <see cref="SegmentSize"/> bytes, the last may be shorter. The system can
/// take them as one (UDP_SEGMENT).
/// </summary>
internal struct SealedRun
{
    public DatagramPath Path;

    /// <summary>Whom a relay hands them to; none where they need no relay.</summary>
    public PeerId Peer;

    /// <summary>Where the first starts in the outbox's slab.</summary>
    public int Offset;

    /// <summary>Bytes of all.</summary>
    public int Length;

    public int SegmentSize;

    public int Segments;
}
