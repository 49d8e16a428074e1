using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Edge.Io;

/// <summary>One GET, taken apart: look-up, connection, handshake, answer; each with its time, and the first failure ends it.</summary>
internal sealed class UrlCheck(Uri url, CaBundle? bundle)
{
    private static readonly TimeSpan s_phaseLimit = TimeSpan.FromSeconds(10);

    private string? _certificateProblem;

    /// <summary>Runs the phases; the last finding is the HTTP status or the phase that failed.</summary>
    public async IAsyncEnumerable<Finding> Run([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (Machine.Entropy(Machine.RandomDevice).State == FindingState.Failed)
        {
            yield return Failed("url", "not tried", "See the line entropy above.");
            yield break;
        }

        (Finding found, IPAddress[] addresses) = await Timed("dns", Resolve, cancellation);
        yield return found;
        if (found.State == FindingState.Failed)
            yield break;

        (Finding connected, Socket? socket) = await Timed("tcp", token => Connect(addresses, token), cancellation);
        yield return connected;
        if (socket is null)
            yield break;

        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (url.Scheme == Uri.UriSchemeHttps)
        {
            (Finding secured, Stream? tls) = await Timed("tls", token => Handshake(stream, token), cancellation);
            yield return secured;
            if (tls is null)
            {
                await stream.DisposeAsync();
                yield break;
            }
            stream = tls;
        }
        await using (stream)
            yield return (await Timed("http", token => Ask(stream, token), cancellation)).Finding;
    }

    private async Task<(Finding, IPAddress[])> Resolve(CancellationToken cancellation)
    {
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(url.DnsSafeHost, cancellation);
            return (new("dns", FindingState.Ok, $"{url.DnsSafeHost} is {string.Join(", ", addresses.Select(a => a.ToString()))}"), addresses);
        }
        catch (SocketException e)
        {
            bool hasFile = ResolverFile.Read().Exists;
            return (Failed("dns", $"no address for {url.DnsSafeHost}: {e.SocketErrorCode}", hasFile
                ? $"Check the name, and that the nameservers in {ResolverFile.Path} can be reached."
                : $"There is no {ResolverFile.Path}: mount one."), []);
        }
    }

    private async Task<(Finding, Socket?)> Connect(IPAddress[] addresses, CancellationToken cancellation)
    {
        string failures = "";
        foreach (IPAddress address in addresses)
        {
            var endpoint = new IPEndPoint(address, url.Port);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(endpoint, cancellation);
                return (new("tcp", FindingState.Ok, $"connected to {endpoint}"), socket);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                failures += $"{(failures.Length > 0 ? "; " : "")}{endpoint}: {e.SocketErrorCode}";
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        return (Failed("tcp", failures, "Check routes and firewalls between here and that address, and that something listens there."), null);
    }

    private async Task<(Finding, Stream?)> Handshake(Stream stream, CancellationToken cancellation)
    {
        if (!Tls.IsAvailable)
            return (Failed("tls", "OpenSSL is not on this machine", "See the line openssl above."), null);

        X509Certificate2Collection roots = bundle is { Problem: null } ? bundle.Load() : [];
        SslClientAuthenticationOptions options = Tls.ClientOf(url.IdnHost, roots);
        options.RemoteCertificateValidationCallback = Judge;
        var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellation);
            return (new("tls", FindingState.Ok, $"{tls.SslProtocol}, {tls.NegotiatedCipherSuite}, certificate verified"), tls);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            return _certificateProblem is null
                ? (Failed("tls", $"no handshake: {e.InnerException?.Message ?? e.Message}", "Check that this port speaks TLS, with TLS 1.2 or later."), null)
                : (Failed("tls", _certificateProblem, AdviceOnTrust()), null);
        }
    }

    private string AdviceOnTrust() => bundle switch
    {
        null => $"There is no CA bundle: mount one at /etc/ssl/certs/ca-certificates.crt, or set {CaBundle.Variable}.",
        { Problem: not null } => "See the line ca bundle above.",
        _ => $"If this is the certificate you expect, add its root to a bundle and set {CaBundle.Variable} to it (now: {bundle.Path}).",
    };

    /// <summary>Keeps the verdict and writes down its reasons: the exception that follows has none that a reader could use.</summary>
    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        _certificateProblem = CertificateVerdict.Of(certificate as X509Certificate2, chain, errors, url.IdnHost);
        return false;
    }

    /// <summary>The connection is made already, so the client is given it, and speaks HTTP over it in the clear: TLS is below.</summary>
    private async Task<(Finding, bool)> Ask(Stream stream, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectCallback = (_, _) => ValueTask.FromResult(stream),
        };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(url) { Scheme = Uri.UriSchemeHttp, Port = url.Port }.Uri);
        request.Headers.Host = url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}";
        request.Headers.UserAgent.ParseAdd("edge");
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            int status = (int)response.StatusCode;
            return status < 500
                ? (new("http", FindingState.Ok, $"status {status}"), true)
                : (new("http", FindingState.Warning, $"status {status}", "The way there is fine; the server itself has a problem."), true);
        }
        catch (HttpRequestException e)
        {
            return (Failed("http", $"no answer: {e.HttpRequestError}", "Check that this port speaks HTTP/1.1."), false);
        }
    }

    private static async Task<(Finding Finding, T Result)> Timed<T>(
        string name, Func<CancellationToken, Task<(Finding, T)>> phase, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_phaseLimit);
        long began = Stopwatch.GetTimestamp();
        try
        {
            (Finding finding, T result) = await phase(limit.Token);
            return (finding with { Milliseconds = Stopwatch.GetElapsedTime(began).TotalMilliseconds }, result);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (Failed(name, $"no answer within {s_phaseLimit.TotalSeconds} s", "Check routes and firewalls between here and there."), default!);
        }
    }

    private static Finding Failed(string name, string detail, string advice) => new(name, FindingState.Failed, detail, advice);
}
