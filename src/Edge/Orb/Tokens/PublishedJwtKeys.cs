using System.Net;
using System.Security.Cryptography.X509Certificates;
using Edge.Io;
using Edge.Orb.Proxy;
using Microsoft.Extensions.Logging;
using Tls = Edge.Io.Tls;

namespace Edge.Orb.Tokens;

/// <summary>
/// The keys that an issuer publishes. They are fetched at start, again in the background when they have become old, and when a token names
/// one that is not among them; never for each token. While they cannot be fetched, the last ones hold for a day.
/// </summary>
internal sealed class PublishedJwtKeys : IJwtKeys
{
    private static readonly TimeSpan s_fetchLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_oldAfter = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_staleAfter = TimeSpan.FromDays(1);

    /// <summary>Anyone can name a key that there is not: that is a reason to ask only so often.</summary>
    private static readonly TimeSpan s_leastBetween = TimeSpan.FromSeconds(10);

    private readonly Uri _url;
    private readonly IDialler _dialler;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationToken _stopping;
    private readonly Lazy<X509Certificate2Collection> _roots = new(() => CaBundle.Find() is { Problem: null } bundle ? bundle.Load() : []);
    private readonly Lock _lock = new();
    private Task? _fetching;
    private JwtKey[]? _keys;
    private long _fetchedAt;
    private long _triedAt;
    private bool _hasTried;
    private bool _isFailing;

    /// <param name="url">An HTTP or HTTPS URL.</param>
    /// <param name="services">What it is fetched with.</param>
    public PublishedJwtKeys(Uri url, OrbServices services)
    {
        (_url, _dialler, _time, _stopping) = (url, services.Dialler, services.Time, services.Stopping);
        _log = services.Logs.CreateLogger("jwt");
        if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
            _log.KeysInTheOpen(url);
        // The first token should not wait, and what is wrong should be said at once.
        _ = Fetch();
    }

    public async ValueTask<IReadOnlyList<JwtKey>?> Find(CancellationToken cancellation)
    {
        var (keys, age) = Known();
        if (keys is null || age >= s_staleAfter)
        {
            if (MayFetch())
                await Fetch().WaitAsync(cancellation);
            (keys, age) = Known();
            return age < s_staleAfter ? keys : null;
        }
        if (age >= s_oldAfter && MayFetch())
            _ = Fetch();
        return keys;
    }

    public async ValueTask<IReadOnlyList<JwtKey>?> FindNewer(CancellationToken cancellation)
    {
        if (MayFetch())
            await Fetch().WaitAsync(cancellation);
        return Known().Keys;
    }

    private (JwtKey[]? Keys, TimeSpan Age) Known()
    {
        lock (_lock)
            return (_keys, _keys is null ? TimeSpan.MaxValue : _time.GetElapsedTime(_fetchedAt));
    }

    // What is under way is waited for; what was tried a moment ago is not tried again.
    private bool MayFetch()
    {
        lock (_lock)
            return _fetching is not null || !_hasTried || _time.GetElapsedTime(_triedAt) >= s_leastBetween;
    }

    private Task Fetch()
    {
        lock (_lock)
        {
            if (_fetching is { } under)
                return under;
            _hasTried = true;
            _triedAt = _time.GetTimestamp();
            return _fetching = Task.Run(FetchOnce, CancellationToken.None);
        }
    }

    private async Task FetchOnce()
    {
        var problem = "";
        JwtKey[]? keys = null;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping);
            limit.CancelAfter(s_fetchLimit);
            (keys, problem) = await Ask(limit.Token);
        }
        catch (OperationCanceledException)
        {
            problem = "no whole answer within 10 s";
        }
        catch (Exception failure)
        {
            // Whatever it is: who waits for the keys must hear of it, and the next fetch must be possible.
            problem = UpstreamFault.Describe(failure);
        }
        // Said first: who is refused for want of keys finds the reason in the log already.
        Say(keys, problem);
        lock (_lock)
        {
            if (keys is not null)
                (_keys, _fetchedAt) = (keys, _time.GetTimestamp());
            _fetching = null;
        }
    }

    // Once for each time that it begins to fail, and once when it is over.
    private void Say(JwtKey[]? keys, string problem)
    {
        if (_stopping.IsCancellationRequested)
            return;
        if (keys is null && !_isFailing)
            _log.KeysNotFetched(_url, problem);
        else if (keys is not null && _isFailing)
            _log.KeysFetchedAgain(_url, keys.Length);
        else if (keys is not null)
            _log.KeysFetched(_url, keys.Length);
        _isFailing = keys is null;
    }

    private async Task<(JwtKey[]? Keys, string Problem)> Ask(CancellationToken cancellation)
    {
        // TLS is made by the dialling callback; what is spoken inside it is this.
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(_url) { Scheme = Uri.UriSchemeHttp, Port = _url.Port }.Uri);
        request.Headers.Host = _url.IsDefaultPort ? _url.IdnHost : $"{_url.IdnHost}:{_url.Port}";
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.UserAgent.ParseAdd("edge");
        // Once in ten minutes: nothing is kept for it.
        request.Headers.ConnectionClose = true;
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
            return (null, $"its status was {(int)response.StatusCode}");
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[JsonWebKeys.MostBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        if (length > JsonWebKeys.MostBytes)
            return (null, "it is larger than 256 KiB");
        return JsonWebKeys.Read(buffer.AsMemory(0, length)) is not { } keys ? (null, "it is no set of JSON Web Keys")
            : keys.Length == 0 ? (null, "it has no key that signatures are verified with")
            : (keys, "");
    }

    private async ValueTask<Stream> Connect(CancellationToken cancellation)
    {
        var host = _url.IdnHost.Trim('[', ']');
        var stream = await _dialler.Dial(host, _url.Port, cancellation);
        return _url.Scheme == Uri.UriSchemeHttps
            ? await Tls.Handshake(stream, Tls.ClientOf(host, _roots.Value), _url.Authority, cancellation)
            : stream;
    }
}
