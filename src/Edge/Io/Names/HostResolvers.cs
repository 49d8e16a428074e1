using Edge.Foundation.Addresses;
using Edge.Foundation.Netmap;

namespace Edge.Io.Names;

/// <summary>The host's own name servers, for names that are no network's. The file is read again when it has changed.</summary>
/// <param name="own">Addresses on which this process answers itself: it must not ask itself what it does not know.</param>
/// <param name="path">As resolv.conf(5) describes.</param>
internal sealed class HostResolvers(IReadOnlyCollection<IpAddress> own, string path = ResolverFile.Path)
{
    private readonly Lock _lock = new();
    private DateTime _written;
    private ValueList<DnsResolver> _resolvers;

    /// <summary>In their order; none where the host has none. From any thread; it may look at the disk.</summary>
    public ValueList<DnsResolver> Read()
    {
        lock (_lock)
        {
            var written = File.GetLastWriteTimeUtc(path);
            if (written == _written)
                return _resolvers;
            _written = written;
            List<DnsResolver> found = [];
            foreach (var text in ResolverFile.Read(path).Nameservers)
            {
                // A zone (`fe80::1%eth0`) is lost here, and the server with it.
                if (IpAddress.TryParse(text, out var address) && !own.Contains(address))
                    found.Add(new DnsResolver(text, default, false));
            }
            return _resolvers = [.. found];
        }
    }
}
