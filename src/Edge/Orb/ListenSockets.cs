using System.Net;
using System.Net.Sockets;
using Edge.Foundation.Configuration;
using Edge.Io;

namespace Edge.Orb;

/// <summary>The sockets of a server's listeners: bound before the server is built, so that a failure has the address that it is about.</summary>
internal sealed class ListenSockets : IDisposable
{
    // The server asks by the endpoint that it was told, which is one of these objects.
    private readonly Dictionary<EndPoint, Socket> _sockets = new(ReferenceEqualityComparer.Instance);

    /// <summary>Opens all addresses of a listener: one, or those of a name.</summary>
    /// <returns>Where they are bound, with the real port.</returns>
    /// <exception cref="OrbException">There is none that can be listened on.</exception>
    public async Task<List<EndPoint>> Open(ListenAddress address, IResolver resolver, CancellationToken cancellation)
    {
        if (address.UnixPath is { } path)
            return [Open(address, UnixSocket.Prepare(path))];
        if (address.Host is null)
            return [Open(address, new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, address.Port))];
        if (IPAddress.TryParse(address.Host, out var ip))
            return [Open(address, new IPEndPoint(ip, address.Port))];
        return await OpenName(address, resolver, cancellation);
    }

    /// <summary>The same, for this process's user alone where it is a Unix socket; the folder of its file is made where it is not there.</summary>
    /// <returns>Where they are bound, with the real port.</returns>
    /// <exception cref="OrbException">There is none that can be listened on.</exception>
    public async Task<List<EndPoint>> OpenPrivate(ListenAddress address, IResolver resolver, CancellationToken cancellation)
    {
        if (address.UnixPath is not { } path || path[0] == '@' || OperatingSystem.IsWindows())
            return await Open(address, resolver, cancellation);
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!, Owner | UnixFileMode.UserExecute);
            var endPoints = await Open(address, resolver, cancellation);
            // It is bound and does not listen yet: nobody can have connected.
            File.SetUnixFileMode(path, Owner);
            return endPoints;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OrbException($"the socket `{path}` cannot be made: {failure.Message}", "Choose another path, in a folder that edge may write to.", inner: failure);
        }
    }

    /// <summary>The socket of an endpoint that <see cref="Open(ListenAddress, IResolver, CancellationToken)"/> returned.</summary>
    public Socket this[EndPoint endPoint] => _sockets[endPoint];

    /// <summary>No connection begins from now on; those that have begun are accepted still.</summary>
    /// <param name="endPoints">Of which sockets.</param>
    public void RefuseNew(IEnumerable<EndPoint> endPoints)
    {
        foreach (var endPoint in endPoints)
            ListenSocket.RefuseNew(_sockets[endPoint]);
    }

    public void Dispose()
    {
        foreach (var socket in _sockets.Values)
            socket.Dispose();
    }

    private async Task<List<EndPoint>> OpenName(ListenAddress address, IResolver resolver, CancellationToken cancellation)
    {
        IReadOnlyList<IPAddress> found;
        try
        {
            found = await resolver.Resolve(address.Host!, cancellation);
        }
        catch (DialException failure)
        {
            throw new OrbException($"`{address}` cannot be listened on: {failure.Message}", "Listen on an address of this machine, such as `127.0.0.1:8080`, or on all with `:8080`.", inner: failure);
        }
        List<EndPoint> opened = [];
        OrbException? missing = null;
        var port = address.Port;
        foreach (var ip in found.Distinct())
        {
            try
            {
                opened.Add(Open(address, new IPEndPoint(ip, port)));
                port = ((IPEndPoint)opened[0]).Port;
            }
            catch (OrbException failure) when (failure.InnerException is SocketException { SocketErrorCode: SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported })
            {
                // `localhost` means ::1 too, where this machine may have no IPv6.
                missing = failure;
            }
        }
        return opened.Count > 0 ? opened : throw missing!;
    }

    private EndPoint Open(ListenAddress address, EndPoint endPoint)
    {
        try
        {
            var socket = ListenSocket.Bind(endPoint);
            var bound = socket.LocalEndPoint!;
            _sockets.Add(bound, socket);
            return bound;
        }
        catch (SocketException failure)
        {
            throw BindFailure.Explain(failure, address);
        }
    }
}
