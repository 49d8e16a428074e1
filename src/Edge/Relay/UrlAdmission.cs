using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Edge.Foundation.Keys;
using Edge.Io;
using Microsoft.Extensions.Logging;
using PublicKey = Edge.Foundation.Keys.PublicKey;
using Tls = Edge.Io.Tls;

namespace Edge.Relay;

/// <summary>
/// Asks an admission controller as derper does (tailscale 1.96.5, tailcfg.DERPAdmitClientRequest): a POST of the node's key and address, whose
/// answer says whether it is allowed.
/// </summary>
/// <param name="url">An HTTP or HTTPS URL.</param>
/// <param name="failsOpen">Whether all are admitted while it cannot be reached.</param>
/// <param name="dialler">How it is reached.</param>
/// <param name="log">Told when it does not answer.</param>
internal sealed class UrlAdmission(Uri url, bool failsOpen, IDialler dialler, ILogger log) : IRelayAdmission
{
    private const int MostBytes = 4 * 1024;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly Lazy<X509Certificate2Collection> _roots = new(() => CaBundle.Find() is { Problem: null } bundle ? bundle.Load() : []);

    public async ValueTask<bool> Admits(PublicKey node, IPAddress source, CancellationToken cancellation)
    {
        string problem;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(s_limit);
            var body = JsonSerializer.SerializeToUtf8Bytes(new AdmissionQuestion(new KeyOf<NodeKind>(node).ToString(), source.ToString()), AdmissionJson.Default.AdmissionQuestion);
            var (status, answer) = await Ask(body, limit.Token);
            if (status == HttpStatusCode.OK && answer is not null)
                return answer.Allow;
            // It has answered, though not as it should: that is no reason to let anybody in.
            log.NoVerdict(answer is null && status == HttpStatusCode.OK ? "its answer is not what was asked for" : $"its status was {(int)status}", "the node is not admitted");
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            problem = "no whole answer within 5 s";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            problem = (failure.InnerException as DialException)?.Message ?? failure.Message;
        }
        log.NoVerdict(problem, failsOpen ? "the node is admitted" : "the node is not admitted");
        return failsOpen;
    }

    private async Task<(HttpStatusCode Status, AdmissionAnswer? Answer)> Ask(byte[] body, CancellationToken cancellation)
    {
        // TLS is made by the dialling callback; what is spoken inside it is this.
        using var request = new HttpRequestMessage(HttpMethod.Post, new UriBuilder(url) { Scheme = Uri.UriSchemeHttp, Port = url.Port }.Uri);
        request.Headers.Host = url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}";
        request.Headers.UserAgent.ParseAdd("edge");
        request.Headers.ConnectionClose = true;
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new("application/json");
        using var client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectCallback = (_, cancel) => Connect(cancel),
        });
        using var response = await client.SendAsync(request, cancellation);
        if (response.StatusCode != HttpStatusCode.OK)
            return (response.StatusCode, null);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[MostBytes];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        try
        {
            return (response.StatusCode, JsonSerializer.Deserialize(buffer.AsSpan(0, length), AdmissionJson.Default.AdmissionAnswer));
        }
        catch (JsonException)
        {
            return (response.StatusCode, null);
        }
    }

    private async ValueTask<Stream> Connect(CancellationToken cancellation)
    {
        var host = url.IdnHost.Trim('[', ']');
        var stream = await dialler.Dial(host, url.Port, cancellation);
        return url.Scheme == Uri.UriSchemeHttps
            ? await Tls.Handshake(stream, Tls.ClientOf(host, _roots.Value), url.Authority, cancellation)
            : stream;
    }
}
