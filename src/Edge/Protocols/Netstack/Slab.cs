namespace Edge.Protocols.Netstack;

/// <summary>What blocks are cut from, and what is given back as a whole when none of them is in use.</summary>
internal sealed class Slab
{
    public const int Blocks = 64;

    /// <summary>Blocks that are not rented.</summary>
    public int Free { get; set; }

    /// <summary>The pool has given it up: its blocks are in no list.</summary>
    public bool IsDropped { get; set; }
}
