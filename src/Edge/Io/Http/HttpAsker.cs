using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Edge.Io.Http;

/// <summary>
/// Asks a server one question now and then: a connection for each, which ends with the answer. No proxy, cookies, redirections or
/// decompression; certificates are verified against given roots and nothing is fetched for that.
/// </summary>
/// <param name="dialler">How servers are reached.</param>
/// <param name="roots">Whom certificates lead to.</param>
internal sealed class HttpAsker(IDialler dialler, Lazy<X509Certificate2Collection> roots)
{
    /// <exception cref="IOException">There is no whole answer; the message says why, but not whose: <see cref="DialException"/> where the server was not reached.</exception>
    public async Task<HttpAnswer> Ask(HttpQuestion question, CancellationToken cancellation)
    {
        using var watch = new CancellationTokenSource(question.Limit);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, watch.Token);
        try
        {
            return await AskWithin(question, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"no whole answer within {question.Limit.TotalSeconds:0.###} s"), e);
        }
        catch (HttpRequestException e)
        {
            if (e.InnerException is DialException)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerException);
            throw new IOException(HttpFault.Describe(e), e);
        }
        catch (HttpIOException e)
        {
            throw new IOException(HttpFault.Describe(e), e);
        }
    }

    private async Task<HttpAnswer> AskWithin(HttpQuestion question, CancellationToken cancellation)
    {
        var url = question.Url;
        // TLS is made by the dialling callback; what is spoken inside it is this.
        using var request = new HttpRequestMessage(question.Method, new UriBuilder(url) { Scheme = Uri.UriSchemeHttp, Port = url.Port }.Uri);
        request.Headers.Host = url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}";
        request.Headers.UserAgent.ParseAdd("edge");
        request.Headers.ConnectionClose = true;
        if (question.Accept is not null)
            request.Headers.Accept.ParseAdd(question.Accept);
        if (question.Authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", question.Authorization);
        if (question.Body is { } body)
            request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new(question.BodyType) } };
        using var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 64,
            ConnectCallback = (_, cancel) => Connect(url, cancel),
        });
        using var response = await client.SendAsync(request, cancellation);
        return new(response.StatusCode, await ReadBody(response, question.MostBytes, cancellation), response.Headers.RetryAfter?.Delta);
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadBody(HttpResponseMessage response, int most, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var body = new byte[Math.Min(most + 1, 4 * 1024)];
        var length = 0;
        while (await stream.ReadAsync(body.AsMemory(length), cancellation) is > 0 and var read)
        {
            length += read;
            if (length > most)
                return null;
            if (length == body.Length)
                Array.Resize(ref body, (int)Math.Min(2L * length, most + 1L));
        }
        return body.AsMemory(0, length);
    }

    private async ValueTask<Stream> Connect(Uri url, CancellationToken cancellation)
    {
        var host = url.IdnHost.Trim('[', ']');
        var stream = await dialler.Dial(host, url.Port, cancellation);
        return url.Scheme == Uri.UriSchemeHttps
            ? await Tls.Handshake(stream, Tls.ClientOf(host, roots.Value), url.Authority, cancellation)
            : stream;
    }
}
