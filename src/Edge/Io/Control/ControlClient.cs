using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using Edge.Crypto;
using Edge.Foundation.Time;
using Edge.Protocols.Control;
using Edge.Protocols.Control.Json;
using Edge.Protocols.Control.Messages;
using Edge.Protocols.Control.Session;

namespace Edge.Io.Control;

/// <summary>
/// Does what a control session asks for, one call an action; each call ends in an event and never throws but for cancellation. It decides
/// nothing: when, how often and whether again are the session's.
/// </summary>
/// <param name="dialler">How the server is reached.</param>
/// <param name="server">Where it is.</param>
/// <param name="machineKey">Ours; must live as long as this.</param>
/// <param name="mint">Makes auth keys of an OAuth client's secret; null: nobody can, and one is refused.</param>
internal sealed class ControlClient(ControlDialler dialler, ControlAddress server, X25519KeyPair machineKey, AuthKeyMint? mint = null) : IDisposable
{
    // health.LastNoiseDialWasRecent.
    private static readonly TimeSpan s_recently = TimeSpan.FromMinutes(2);

    private ControlConnection? _connection;
    private Timestamp? _dialled;

    public async Task<ControlEvent> Do(FetchKey action, CancellationToken cancellation)
    {
        try
        {
            return new KeyFetched(action.Attempt, await dialler.FetchKey(server, cancellation));
        }
        catch (Exception e) when (IsFailure(e))
        {
            return Failure(action, ControlStep.FetchKey, e);
        }
    }

    public async Task<ControlEvent> Do(Dial action, CancellationToken cancellation)
    {
        try
        {
            var now = MonotonicClock.Now;
            var isRecent = _dialled is { } last && now - last < s_recently;
            _dialled = now;
            var connection = await dialler.Dial(server with { PrefersTls = isRecent }, machineKey, action.ServerKey, action.Plan, cancellation);
            Interlocked.Exchange(ref _connection, connection)?.Dispose();
            return new Upgraded(action.Attempt);
        }
        catch (Exception e) when (IsFailure(e))
        {
            return Failure(action, e is ControlHandshakeException ? ControlStep.Noise : ControlStep.Dial, e);
        }
    }

    public async Task<ControlEvent> Do(SendRegister action, CancellationToken cancellation)
    {
        try
        {
            var json = new ArrayBufferWriter<byte>();
            ControlJsonWriter.Write(json, action.Request with { AuthKey = await Resolve(action.Request, cancellation) });
            using var response = await Connection.Post("/machine/register", json.WrittenMemory, action.Request.NodeKey.ToString(), cancellation);
            var body = await ControlConnection.ReadBody(response, ControlLimits.MostRegisterBytes, cancellation);
            if (!response.IsSuccessStatusCode)
                return Refusal(action, ControlStep.Register, response, body);
            return ControlJsonReader.TryReadRegister(body, out var answer, out var fault)
                ? new Registered(action.Attempt, answer)
                : new Failed(action.Attempt, ControlStep.Register, 0, null, $"an answer that is none: {fault}");
        }
        catch (Exception e) when (IsFailure(e))
        {
            return Failure(action, ControlStep.Register, e);
        }
    }

    /// <summary>Its answer's body means nothing.</summary>
    public async Task<ControlEvent> Do(SendUpdate action, CancellationToken cancellation)
    {
        try
        {
            using var response = await PostMap(action.Request, cancellation);
            var body = await ControlConnection.ReadBody(response, ControlLimits.MostRegisterBytes, cancellation);
            return response.IsSuccessStatusCode ? new Updated(action.Attempt) : Refusal(action, ControlStep.Update, response, body);
        }
        catch (Exception e) when (IsFailure(e))
        {
            return Failure(action, ControlStep.Update, e);
        }
    }

    /// <summary>Hands on the stream's bytes as they arrive, until it ends.</summary>
    /// <param name="action">What to ask.</param>
    /// <param name="take">Gets each piece, and is done with it when it is done.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<ControlEvent> Do(OpenMap action, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken cancellation)
    {
        try
        {
            using var response = await PostMap(action.Request, cancellation);
            if (!response.IsSuccessStatusCode)
                return Refusal(action, ControlStep.Map, response, await ControlConnection.ReadBody(response, ControlLimits.MostKeyBytes, cancellation));
            await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
            var buffer = new byte[64 * 1024];
            while (await stream.ReadAsync(buffer, cancellation) is > 0 and var read)
                await take(buffer.AsMemory(0, read));
            return new Failed(action.Attempt, ControlStep.Map, 0, null, "the control server ended the map stream");
        }
        catch (Exception e) when (IsFailure(e))
        {
            return Failure(action, ControlStep.Map, e);
        }
    }

    /// <summary>Sends what the server asked for by a ping, through the channel.</summary>
    /// <param name="method">HEAD or POST.</param>
    /// <param name="url">That the ping named.</param>
    /// <param name="body">Null: none.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">It did not arrive.</exception>
    public async Task Answer(HttpMethod method, Uri url, ReadOnlyMemory<byte>? body, CancellationToken cancellation)
    {
        try
        {
            await Connection.Answer(method, url, body, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or ObjectDisposedException)
        {
            throw new IOException(Innermost(e).Message, e);
        }
    }

    /// <summary>Closes the connection, if there is one.</summary>
    public void Disconnect() => Interlocked.Exchange(ref _connection, null)?.Dispose();

    public void Dispose() => Disconnect();

    private ControlConnection Connection => _connection ?? throw new IOException("there is no connection to the control server");

    // The client's secret is no business of a control server's: it goes to the one that makes keys, or nowhere.
    private async Task<string?> Resolve(RegisterRequest request, CancellationToken cancellation) =>
        !OAuthClientSecret.IsOne(request.AuthKey) ? request.AuthKey
        : mint is null ? throw new IOException("an OAuth client secret cannot be used here: give an auth key")
        : await mint.Resolve(request.AuthKey!, request.Host.RequestTags, cancellation);

    private Task<HttpResponseMessage> PostMap(MapRequest request, CancellationToken cancellation)
    {
        var json = new ArrayBufferWriter<byte>();
        ControlJsonWriter.Write(json, request);
        return Connection.Post("/machine/map", json.WrittenMemory, request.NodeKey.ToString(), cancellation);
    }

    private static bool IsFailure(Exception e) => e is IOException or HttpRequestException or ObjectDisposedException;

    private static Failed Failure(ControlAction action, ControlStep step, Exception e) => new(action.Attempt, step, 0, null, Innermost(e).Message);

    // HttpClient's own words say little; what it wraps names the address and the cause.
    private static Exception Innermost(Exception e) => e is HttpRequestException { InnerException: { } inner } ? Innermost(inner) : e;

    private static Failed Refusal(ControlAction action, ControlStep step, HttpResponseMessage response, byte[] body)
    {
        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 200))).Trim();
        return new(action.Attempt, step, (int)response.StatusCode, RetryAfter(response.Headers.RetryAfter), $"HTTP {(int)response.StatusCode}: {text}");
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? value) => value?.Delta;
}
