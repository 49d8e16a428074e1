using Edge.Protocols.Netstack;

namespace Edge.Node.Networks;

/// <summary>The blocks of a network's connections: its thread takes and returns them, and those that write on other threads do.</summary>
/// <param name="limit">Bytes that can be lent at a time.</param>
internal sealed class SharedBlockPool(long limit) : BlockPool(limit)
{
    private readonly Lock _lock = new();

    public override Block? TryRent()
    {
        lock (_lock)
            return base.TryRent();
    }

    public override Block Rent(int size = BlockSize)
    {
        lock (_lock)
            return base.Rent(size);
    }

    public override void Return(Block block)
    {
        lock (_lock)
            base.Return(block);
    }

    public override void Trim()
    {
        lock (_lock)
            base.Trim();
    }
}
