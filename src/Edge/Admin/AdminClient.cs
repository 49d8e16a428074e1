using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Edge.Foundation.Configuration;
using Edge.Io;

namespace Edge.Admin;

/// <summary>Asks a running server's admin interface.</summary>
internal static class AdminClient
{
    /// <summary>A page is read up to here, in bytes: the status of a hundred thousand peers.</summary>
    private const int MaxAnswer = 256 << 20;

    /// <summary>One page.</summary>
    /// <param name="address">Where the interface is.</param>
    /// <param name="path">Such as <c>/healthz</c>.</param>
    /// <param name="dialler">How a host and port is reached.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="AdminException">Nobody answers there, or not in HTTP.</exception>
    public static Task<AdminAnswer> Get(ListenAddress address, string path, IDialler dialler, CancellationToken cancellation) => Ask("GET", address, path, dialler, cancellation);

    /// <summary>One thing to be done, and what came of it.</summary>
    /// <inheritdoc cref="Get"/>
    public static Task<AdminAnswer> Post(ListenAddress address, string path, IDialler dialler, CancellationToken cancellation) => Ask("POST", address, path, dialler, cancellation);

    private static async Task<AdminAnswer> Ask(string method, ListenAddress address, string path, IDialler dialler, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await Connect(address, dialler, cancellation);
            // HTTP/1.0: the answer ends with the connection.
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.0\r\nHost: edge\r\n{(method == "POST" ? "Content-Length: 0\r\n" : "")}\r\n"), cancellation);
            return Parse(await ReadAll(stream, cancellation)) ?? throw new AdminException($"what answers on `{address}` is not edge's admin interface");
        }
        catch (Exception failure) when (failure is SocketException or IOException or DialException)
        {
            var reason = failure switch
            {
                SocketException socket => $"{socket.SocketErrorCode}",
                DialException dial => dial.Message,
                _ => "the connection broke",
            };
            throw new AdminException($"no edge answers on `{address}`: {reason}", failure);
        }
    }

    private static async Task<Stream> Connect(ListenAddress address, IDialler dialler, CancellationToken cancellation)
    {
        if (address.UnixPath is not { } path)
        {
            var host = address.Host is null || (IPAddress.TryParse(address.Host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))) ? "localhost" : address.Host;
            return await dialler.Dial(host, address.Port, cancellation);
        }
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path[0] == '@' ? "\0" + path[1..] : path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<string> ReadAll(Stream stream, CancellationToken cancellation)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        while (all.Length < MaxAnswer)
        {
            var length = await stream.ReadAsync(buffer, cancellation);
            if (length == 0)
                break;
            all.Write(buffer, 0, length);
        }
        return Encoding.UTF8.GetString(all.GetBuffer(), 0, (int)all.Length);
    }

    /// <returns>Null for what is no answer in HTTP/1.</returns>
    internal static AdminAnswer? Parse(string answer)
    {
        // RFC 9112, section 4: "HTTP/1.1 200 OK".
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || answer is not ['H', 'T', 'T', 'P', '/', '1', '.', _, ' ', _, _, _, ..] || !int.TryParse(answer.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            return null;
        return new AdminAnswer(status, answer[(end + 4)..]);
    }
}
