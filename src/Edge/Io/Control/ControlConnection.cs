using System.Net;

namespace Edge.Io.Control;

/// <summary>One open control channel: HTTP/2 with prior knowledge inside of Noise. It ends with its connection and makes no other.</summary>
internal sealed class ControlConnection : IDisposable
{
    private readonly string _authority;
    private readonly HttpMessageInvoker _http;
    private Stream? _stream;

    /// <param name="authority">Of the requests.</param>
    /// <param name="stream">The channel, at the start of HTTP/2. It is taken over.</param>
    public ControlConnection(string authority, Stream stream)
    {
        (_authority, _stream) = (authority, stream);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = (_, _) => Interlocked.Exchange(ref _stream, null) is { } once
                ? ValueTask.FromResult(once)
                : ValueTask.FromException<Stream>(new IOException("the control connection is over")),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        });
    }

    /// <summary>Posts JSON and gives the answer when its head is there.</summary>
    /// <param name="path">`/machine/map`.</param>
    /// <param name="json">The body.</param>
    /// <param name="nodeKey">For load balancers (tailcfg.LBHeader).</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public Task<HttpResponseMessage> Post(string path, ReadOnlyMemory<byte> json, string nodeKey, CancellationToken cancellation)
    {
        // An https URI would begin TLS inside of Noise; servers take the other scheme.
        var request = new HttpRequestMessage(HttpMethod.Post, $"http://{_authority}{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ReadOnlyMemoryContent(json),
        };
        request.Headers.Add("Ts-Lb", nodeKey);
        return _http.SendAsync(request, cancellation);
    }

    /// <summary>Answers a question of the server's and waits for nothing but the head of what it says to that.</summary>
    /// <param name="method">HEAD or POST.</param>
    /// <param name="url">Where the server wants it: only its authority and path count, the way there is the channel.</param>
    /// <param name="body">Null: none.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public async Task Answer(HttpMethod method, Uri url, ReadOnlyMemory<byte>? body, CancellationToken cancellation)
    {
        // The client keeps connections by the URI's authority, and this one is the only one: the server's own goes into the header.
        using var request = new HttpRequestMessage(method, $"http://{_authority}{url.PathAndQuery}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body is { } bytes ? new ReadOnlyMemoryContent(bytes) : null,
        };
        request.Headers.Host = url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}";
        using var response = await _http.SendAsync(request, cancellation);
    }

    /// <summary>Reads an answer's body to a bound.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="most">Bytes.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">It is longer.</exception>
    public static async Task<byte[]> ReadBody(HttpResponseMessage response, int most, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var body = new MemoryStream();
        var buffer = new byte[8 * 1024];
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            if (body.Length + read > most)
                throw new IOException($"an answer of more than {most} bytes");
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    public void Dispose()
    {
        _http.Dispose();
        Interlocked.Exchange(ref _stream, null)?.Dispose();
    }
}
