using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Edge.Foundation.Addresses;
using Edge.Protocols.Dns;

namespace Edge.Io.Names;

/// <summary>Asks over the host's sockets.</summary>
/// <param name="resolver">Of the hosts of URLs whose addresses are not known: the host's own, or the question would come back to who asks it.</param>
/// <param name="time">For dialling.</param>
/// <param name="roots">Whom to trust over HTTPS.</param>
/// <param name="connector">How the servers of URLs are reached; null: over the host's sockets.</param>
/// <param name="mark">Of the sockets, for policy routing; 0: none.</param>
internal sealed class HostCarrier(IResolver resolver, TimeProvider time, Lazy<X509Certificate2Collection> roots, IConnector? connector = null, uint mark = 0) : IDnsCarrier, IDisposable
{
    private const string MediaType = "application/dns-message";
    private const int MostHttpBytes = ushort.MaxValue;

    /// <summary>A server that is not asked for so long is connected to anew: its keep-alives would wake the radio (forwarder.go, dohIdleConnTimeout).</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _clients = new(StringComparer.Ordinal);

    public async Task Exchange(Endpoint to, ReadOnlyMemory<byte> message, Func<ReadOnlyMemory<byte>, bool> received, CancellationToken cancellation)
    {
        using var socket = new Socket(to.Address.IsV4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        SocketMark.Set(socket, mark);
        // Connected, so that the kernel passes over other senders and tells when the port is closed.
        await socket.ConnectAsync(ToIPEndPoint(to), cancellation);
        await socket.SendAsync(message, cancellation);
        var buffer = new byte[DnsMessage.MostUdpSize + 1];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellation);
            if (length == buffer.Length)
            {
                // The rest is lost: what is there is a truncated answer, whatever it says.
                length--;
                buffer[2] |= (byte)(DnsHeader.Truncated >> 8);
            }
            if (!received(buffer.AsMemory(0, length)))
                return;
        }
    }

    public async Task<ReadOnlyMemory<byte>> Stream(Endpoint to, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        using var socket = new Socket(to.Address.IsV4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SocketMark.Set(socket, mark);
        await socket.ConnectAsync(ToIPEndPoint(to), cancellation);
        await using var stream = new NetworkStream(socket);
        await DnsStream.Write(stream, message, cancellation);
        return await DnsStream.Read(stream, cancellation) ?? throw new EndOfStreamException($"{to} closed the connection without an answer");
    }

    public async Task<ReadOnlyMemory<byte>> Post(DnsUpstream to, ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        var url = new Uri(to.Url);
        var client = _clients.GetOrAdd(to.Url, static (_, state) => state.Carrier.ClientOf(state.Upstream, state.Url), (Carrier: this, Upstream: to, Url: url));
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ReadOnlyMemoryContent(message) { Headers = { ContentType = new MediaTypeHeaderValue(MediaType) } },
            // Some public resolvers take nothing older than HTTP/2 (RFC 8484 section 5.2).
            Version = url.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Accept.ParseAdd(MediaType);
        request.Headers.UserAgent.ParseAdd("edge");
        using var response = await client.SendAsync(request, cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
            throw new IOException($"{to}: its status was {(int)response.StatusCode}");
        if (response.Content.Headers.ContentType?.MediaType != MediaType)
            throw new IOException($"{to}: its answer is no {MediaType}");
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[MostHttpBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return length <= MostHttpBytes ? buffer.AsMemory(0, length) : throw new IOException($"{to}: its answer is larger than 64 KiB");
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
    }

    private HttpMessageInvoker ClientOf(DnsUpstream to, Uri url)
    {
        var dialler = new Dialler(to.Addresses.IsEmpty ? resolver : new FixedResolver([.. to.Addresses.Select(address => address.ToIPAddress())]), time, connector);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = s_idle,
            MaxConnectionsPerServer = 2,
            MaxResponseHeadersLength = 16,
            ConnectCallback = (context, cancel) => dialler.Dial(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancel),
        };
        if (url.Scheme == Uri.UriSchemeHttps)
        {
            handler.SslOptions = Tls.ClientOf(url.IdnHost, roots.Value);
            handler.SslOptions.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
        }
        return new HttpMessageInvoker(handler);
    }

    private static IPEndPoint ToIPEndPoint(Endpoint endpoint) => new(endpoint.Address.ToIPAddress(), endpoint.Port);
}
