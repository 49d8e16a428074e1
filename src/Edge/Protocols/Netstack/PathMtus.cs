using Edge.Foundation.Addresses;
using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

/// <summary>What routers said about paths that take smaller packets than our link (RFC 1191, RFC 8201).</summary>
internal sealed class PathMtus
{
    private const int MostPaths = 256;

    // RFC 1191 section 6.3: then try larger ones again.
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(10);

    private readonly Dictionary<IpAddress, (int Mtu, Timestamp Ends)> _paths = [];

    /// <param name="now">The time.</param>
    /// <param name="remote">The path's end.</param>
    /// <param name="link">Of our link.</param>
    public int Get(Timestamp now, IpAddress remote, int link) =>
        _paths.TryGetValue(remote, out var path) && path.Ends > now ? Math.Min(path.Mtu, link) : link;

    public void Learn(Timestamp now, IpAddress remote, int mtu)
    {
        // Full of paths that someone made up: better to learn the true ones again than to keep count of lies.
        if (_paths.Count >= MostPaths && !_paths.ContainsKey(remote))
            _paths.Clear();
        _paths[remote] = (mtu, now + s_life);
    }
}
