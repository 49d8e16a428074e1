using System.Net.Sockets;
using Edge.Foundation.Configuration;
using Edge.Io;

namespace Edge.Orb;

/// <summary>Why an address cannot be listened on, in words that say what to do.</summary>
internal static class BindFailure
{
    /// <param name="failure">What binding threw.</param>
    /// <param name="address">What was asked for.</param>
    public static OrbException Explain(SocketException failure, ListenAddress address)
    {
        switch (failure.SocketErrorCode)
        {
            case SocketError.AddressAlreadyInUse:
                var holder = address.Port > 0 ? PortHolder.Find(address.Port) : null;
                return new OrbException(
                    $"{address} is in use" + (holder is null ? "" : $" by {holder}"),
                    holder is null ? "End what listens there (`ss -ltnp` shows it), or choose another address." : "End it, or choose another address in the configuration.", inner: failure);
            case SocketError.AccessDenied when address.UnixPath is { } path:
                return new OrbException($"the socket `{path}` may not be made by this user", "Change the folder's owner or mode, or choose another path.", inner: failure);
            case SocketError.AccessDenied:
                return new OrbException(
                    $"{address} may not be listened on: a port below 1024 needs a right that this process does not have", "Give it CAP_NET_BIND_SERVICE, or choose a port from 1024.", inner: failure);
            case SocketError.AddressNotAvailable:
                return new OrbException($"{address} cannot be listened on: it is none of this machine's addresses", "`ip address` shows those that it has.", inner: failure);
            default:
                return new OrbException($"{address} cannot be listened on: {failure.SocketErrorCode}", "Choose another address in the configuration.", inner: failure);
        }
    }
}
