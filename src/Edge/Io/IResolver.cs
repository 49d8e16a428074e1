using System.Net;

namespace Edge.Io;

/// <summary>
/// Names to addresses. Every look-up that Edge makes goes through one of these, so that a name of a network is never told to
/// the host's resolver.
/// </summary>
internal interface IResolver
{
    /// <summary>The addresses of <paramref name="host"/>, a name, in the order in which they are to be tried; at least one.</summary>
    /// <exception cref="DialException">The name has no address, or could not be looked up.</exception>
    ValueTask<IReadOnlyList<IPAddress>> Resolve(string host, CancellationToken cancellation);
}
