namespace Edge.Foundation.Addresses;

/// <summary>The way of a datagram: the other side, and the address of this machine that it talks to.</summary>
/// <param name="Remote">The other side.</param>
/// <param name="Local">Of the same family; the default (`::`) leaves the choice to the system.</param>
internal readonly record struct DatagramPath(Endpoint Remote, IpAddress Local)
{
    public bool HasLocal => Local != default;
}
