using Edge.Foundation.Keys;

namespace Edge.Protocols.Derp;

/// <summary>
/// This relay's connection to another of its region: whom that one has, and what is to be forwarded to it. The connection itself is a
/// <see cref="DerpClient"/>'s; its shell writes these frames to it.
/// </summary>
internal sealed class MeshLink(FrameBlocks blocks)
{
    /// <summary>Packets that wait for it: it carries many clients' traffic.</summary>
    private const int QueuedPackets = 512;

    /// <summary>Frames for the other relay.</summary>
    public OutgoingFrames Outgoing { get; } = new(blocks, QueuedPackets, QueuedPackets);

    /// <summary>Who is at the other relay.</summary>
    public HashSet<PublicKey> Peers { get; } = [];

    /// <summary>Whether the shell was told that there is something to write.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>The shell's own.</summary>
    public object? Tag { get; set; }

    /// <summary>What is to be written next; empty: nothing, and the relay's outbox will say when there is again. It lies still until <see cref="Written"/>.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var bytes = Outgoing.Take();
        IsAnnounced = !bytes.IsEmpty;
        return bytes;
    }

    /// <summary>The write is done, one way or another.</summary>
    public void Written() => Outgoing.Written();

    /// <summary>The connection is no more, and no write is under way: nothing that waited is of use.</summary>
    public void Forget()
    {
        Outgoing.Clear();
        Outgoing.Written();
        IsAnnounced = false;
    }
}
