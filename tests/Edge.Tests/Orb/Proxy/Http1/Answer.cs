using System.Net;
using System.Text;
using Edge.Orb.Proxy;

namespace Edge.Tests.Orb.Proxy.Http1;

/// <summary>What a client makes of a response, in a form that two clients' can be compared in: text, each character a byte.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Fields">The header's lines, in their order, names in lower case.</param>
/// <param name="Body">All of it.</param>
/// <param name="Trailers">As <paramref name="Fields"/>.</param>
internal sealed record Answer(int Status, string Fields, string Body, string Trailers)
{
    private static readonly HttpRequestOptionsKey<Stream> s_connection = new("connection");

    private static readonly HttpMessageInvoker s_platform = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = 64,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        // Each request has a connection of its own.
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = static (context, _) => context.InitialRequestMessage.Options.TryGetValue(s_connection, out var stream)
            ? new(stream)
            : throw new InvalidOperationException("no connection was given"),
    });

    /// <summary>Reads to the end.</summary>
    /// <exception cref="IOException">The response broke off, or a rule.</exception>
    public static async Task<Answer> Of(UpstreamResponse response)
    {
        using var body = new MemoryStream();
        while (await response.Read().AsTask().WaitAsync(Limits.Generous) is { IsEmpty: false } piece) body.Write(piece.Span);
        return new Answer(response.Status, Text(response.Fields), Encoding.Latin1.GetString(body.ToArray()), response.Trailers is { } trailers ? Text(trailers) : "");
    }

    /// <summary>What the platform's client makes of what this connection says.</summary>
    /// <returns>Null where it does not take it for a whole response.</returns>
    public static async Task<Answer?> OfPlatform(Stream connection, string method)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), "http://upstream.example/");
        request.Options.Set(s_connection, connection);
        try
        {
            using var response = await s_platform.SendAsync(request, CancellationToken.None).WaitAsync(Limits.Generous);
            var body = await response.Content.ReadAsByteArrayAsync().WaitAsync(Limits.Generous);
            var fields = response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated);
            return new Answer((int)response.StatusCode, Text(fields), Encoding.Latin1.GetString(body), Text(response.TrailingHeaders.NonValidated));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return null;
        }
    }

    private static string Text(HeaderFields fields) => Text(fields.All.ToArray().Select(field => (field.Name, field.Value)));

    private static string Text(IEnumerable<KeyValuePair<string, System.Net.Http.Headers.HeaderStringValues>> fields) =>
        Text(fields.SelectMany(field => field.Value.Select(value => (field.Key, value))));

    // Which of two different fields comes first means nothing (RFC 9110, section 5.3), and the platform's client sorts them; OrderBy keeps the order of equals.
    private static string Text(IEnumerable<(string Name, string Value)> fields) =>
        string.Join('|', fields.Select(field => (Name: field.Name.ToLowerInvariant(), field.Value)).OrderBy(field => field.Name, StringComparer.Ordinal)
            .Select(field => $"{field.Name}: {field.Value}"));
}
