using Edge.Foundation.Addresses;

namespace Edge.Protocols.WireGuard;

/// <summary>
/// Seals packets for one peer: the session was looked up once, by <see cref="WireGuardDevice.BeginRun"/>. To be used at once: no other verb of
/// the device may come in between.
/// </summary>
internal readonly ref struct SealRun
{
    private readonly WireGuardDevice _device;
    private readonly Peer _peer;
    private readonly Session _session;

    internal SealRun(WireGuardDevice device, Peer peer, Session session)
    {
        _device = device;
        _peer = peer;
        _session = session;
    }

    /// <summary>Where the peer is. Its remote endpoint is the default where nobody knows.</summary>
    public DatagramPath Path => _peer.Path;

    /// <summary>Seals one packet in place.</summary>
    /// <param name="slot">
    /// <see cref="WireGuardLimits.HeaderSize"/> bytes of room, the packet, and room up to <see cref="WireGuardDevice.DatagramSize"/>, which padding
    /// and tag are written to. What lies behind is left alone.
    /// </param>
    /// <param name="packetLength">Bytes of the packet.</param>
    /// <returns>The datagram's length, from the slot's first byte on; 0: the session has sent all that it may, stage the packet.</returns>
    public int Seal(Span<byte> slot, int packetLength) => _device.Seal(_peer, _session, slot, packetLength);
}
