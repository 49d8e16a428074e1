using System.Net.Sockets;

namespace Edge.Orb;

/// <summary>Unix sockets as listeners have them.</summary>
internal static class UnixSocket
{
    /// <summary>The endpoint of a path; a file that a server left there when it was killed is removed.</summary>
    /// <param name="path">A path; <c>@name</c> is in the abstract namespace.</param>
    /// <exception cref="OrbException">A server listens there, or something else is there.</exception>
    public static UnixDomainSocketEndPoint Prepare(string path)
    {
        if (path[0] == '@')
            return new UnixDomainSocketEndPoint("\0" + path[1..]);
        var endPoint = new UnixDomainSocketEndPoint(path);
        if (!File.Exists(path))
            return endPoint;
        try
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            probe.Connect(endPoint);
        }
        catch (SocketException failure) when (failure.SocketErrorCode == SocketError.ConnectionRefused && new FileInfo(path).Length == 0)
        {
            File.Delete(path);
            return endPoint;
        }
        catch (SocketException failure)
        {
            throw new OrbException($"`{path}` is there and is no socket of a server", "Remove it, or choose another path.", inner: failure);
        }
        throw new OrbException($"another server listens on `{path}`", "End it, or choose another path.");
    }
}
