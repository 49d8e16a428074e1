using System.Globalization;
using System.Net.Sockets;
using Edge.Foundation.Configuration;
using Edge.Io;
using Microsoft.AspNetCore.Connections;

namespace Edge.Orb;

/// <summary>Why an address cannot be listened on, in words that say what to do.</summary>
internal static class BindFailure
{
    /// <param name="failure">What binding threw.</param>
    /// <param name="addresses">All that was asked for: the failure's own text tells which it was.</param>
    public static OrbException Explain(Exception failure, IEnumerable<ListenAddress> addresses)
    {
        var socket = failure as SocketException ?? failure.GetBaseException() as SocketException;
        // The one that is taken is found by trying: Kestrel's text has it in a form of its own.
        var address = addresses.FirstOrDefault(one => socket?.SocketErrorCode == SocketError.AddressAlreadyInUse && one.Port > 0
            && failure.Message.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{one.Port}: address already in use."), StringComparison.Ordinal));
        if (failure is AddressInUseException || socket?.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            var holder = address is null ? null : PortHolder.Find(address.Port);
            return new OrbException(
                $"{address?.ToString() ?? "an address"} is in use" + (holder is null ? "" : $" by {holder}"),
                holder is null ? "End what listens there (`ss -ltnp` shows it), or choose another address." : "End it, or choose another address in the configuration.", inner: failure);
        }
        return socket?.SocketErrorCode switch
        {
            SocketError.AccessDenied => new OrbException("a port below 1024 needs a right that this process does not have", "Give it CAP_NET_BIND_SERVICE, or choose a port from 1024.", inner: failure),
            SocketError.AddressNotAvailable => new OrbException($"an address to listen on is none of this machine's: {failure.Message}", "`ip address` shows those that it has.", inner: failure),
            _ => new OrbException($"an address cannot be listened on: {failure.Message}", "Choose another address in the configuration.", inner: failure),
        };
    }
}
