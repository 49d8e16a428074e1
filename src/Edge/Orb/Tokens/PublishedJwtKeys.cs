using System.Net;
using Edge.Io;
using Edge.Io.Http;
using Microsoft.Extensions.Logging;

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
    private readonly HttpAsker _asker;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationToken _stopping;
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
        (_url, _time, _stopping) = (url, services.Time, services.Stopping);
        _asker = new(services.Dialler, CaBundle.Roots());
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
            (keys, problem) = await Ask();
        }
        catch (IOException failure)
        {
            problem = failure.Message;
        }
        catch (Exception failure)
        {
            // Whatever it is: who waits for the keys must hear of it, and the next fetch must be possible.
            problem = $"it failed ({failure.GetType().Name})";
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

    private async Task<(JwtKey[]? Keys, string Problem)> Ask()
    {
        var answer = await _asker.Ask(new HttpQuestion(HttpMethod.Get, _url) { Accept = "application/json", Limit = s_fetchLimit, MostBytes = JsonWebKeys.MostBytes }, _stopping);
        if (answer.Status != HttpStatusCode.OK)
            return (null, $"its status was {(int)answer.Status}");
        if (answer.Body is not { } body)
            return (null, "it is larger than 256 KiB");
        return JsonWebKeys.Read(body) is not { } keys ? (null, "it is no set of JSON Web Keys")
            : keys.Length == 0 ? (null, "it has no key that signatures are verified with")
            : (keys, "");
    }
}
