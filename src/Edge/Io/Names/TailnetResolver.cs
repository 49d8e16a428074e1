using System.Net;

namespace Edge.Io.Names;

/// <summary>
/// This process's own look-ups: names of tailnets and of their routes are asked of their <see cref="NameServer"/> and never told to the host's resolver; a name
/// without a dot is tried below the search domains first; all else is the host's.
/// </summary>
internal sealed class TailnetResolver(NameDirectory directory, IResolver system) : IResolver
{
    public TailnetResolver(NameServer server, IResolver system)
        : this(new NameDirectory(server), system)
    {
    }

    /// <exception cref="DialException">The name has no address, or could not be looked up.</exception>
    public async ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation) =>
        await Find(host, cancellation) ?? await system.Resolve(host, cancellation);

    /// <summary>The addresses of a name that is a tailnet's; null: it is left to the host's resolver.</summary>
    /// <exception cref="DialException">It is a tailnet's, and has no address or could not be looked up.</exception>
    public async ValueTask<IReadOnlyList<IPAddress>?> Find(string host, CancellationToken cancellation) => (await directory.Locate(host, cancellation))?.Addresses;
}
