namespace Edge.Foundation.Netmap;

/// <summary>Ports from one to another, both included. Protocols without ports need <see cref="All"/>.</summary>
internal readonly record struct PortRange(ushort First, ushort Last)
{
    public static PortRange All => new(0, ushort.MaxValue);

    public bool Contains(ushort port) => port >= First && port <= Last;
}
