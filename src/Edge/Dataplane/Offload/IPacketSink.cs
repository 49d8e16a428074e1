namespace Edge.Dataplane.Offload;

/// <summary>Takes IP packets: the TUN device's writing half.</summary>
internal interface IPacketSink
{
    /// <summary>Takes one packet.</summary>
    /// <param name="virtio">What the receiver has still to do; zero for a finished packet.</param>
    /// <param name="pieces">Its bytes, in order; borrowed for the call.</param>
    void Write(in VirtioHeader virtio, ReadOnlySpan<PacketPiece> pieces);
}
