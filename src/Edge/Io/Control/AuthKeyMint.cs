using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Edge.Foundation.Netmap;
using Edge.Io.Http;

namespace Edge.Io.Control;

/// <summary>
/// Makes auth keys of an OAuth client's secret: a token for the secret (RFC 6749, section 4.4), and a key for one node and its tags for the token.
/// A key is good for one registration, so one is made for each.
/// </summary>
/// <param name="asker">Reaches the server that makes keys, with the roots that it is trusted by.</param>
internal sealed class AuthKeyMint(HttpAsker asker)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    /// <summary>The key to register with.</summary>
    /// <param name="authKey">What the user gave; it is handed back as it is where it is no client's secret.</param>
    /// <param name="tags">For the node: a key that a client makes must have some.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="IOException">There is no key, and why; the secret is not in the message.</exception>
    public async Task<string> Resolve(string authKey, ValueList<string> tags, CancellationToken cancellation)
    {
        if (!OAuthClientSecret.IsOne(authKey)) return authKey;
        if (tags.IsEmpty)
            throw new IOException("an OAuth client secret makes keys for tagged nodes only: name this node's `tags` (--advertise-tags), of which the client must own each");
        OAuthClientSecret client;
        try
        {
            client = OAuthClientSecret.Parse(authKey);
        }
        catch (FormatException e)
        {
            throw new IOException(e.Message, e);
        }
        var token = await Ask(client, "token", new HttpQuestion(HttpMethod.Post, At(client, "/api/v2/oauth/token"))
        {
            // The client's name is in its secret; the server ignores the field, and RFC 6749 wants it.
            Body = Encoding.ASCII.GetBytes($"grant_type=client_credentials&client_id=edge&client_secret={Uri.EscapeDataString(client.Secret)}"),
            BodyType = "application/x-www-form-urlencoded",
            Accept = "application/json",
            Limit = s_limit,
        }, "access_token", cancellation);
        return await Ask(client, "key", new HttpQuestion(HttpMethod.Post, At(client, "/api/v2/tailnet/-/keys"))
        {
            Body = KeyRequest(client, tags),
            Authorization = $"Bearer {token}",
            Accept = "application/json",
            Limit = s_limit,
        }, "key", cancellation);
    }

    private async Task<string> Ask(OAuthClientSecret client, string what, HttpQuestion question, string field, CancellationToken cancellation)
    {
        HttpAnswer answer;
        try
        {
            answer = await asker.Ask(question, cancellation);
        }
        catch (IOException e)
        {
            throw new IOException($"no {what} of {client.Api.Authority} for the OAuth client secret: {e.Message}", e);
        }
        var body = answer.Body ?? default;
        if (answer.Status != HttpStatusCode.OK)
        {
            var advice = answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? what == "token" ? ". Check the secret, and that its client was not revoked" : ". Check that the client may write auth keys (scope auth_keys) and owns the tags"
                : "";
            throw new IOException($"no {what} of {client.Api.Authority} for the OAuth client secret: HTTP {(int)answer.Status}{Words(body, client)}{advice}");
        }
        return TextOf(body, field) is { Length: > 0 } text ? text : throw new IOException($"no {what} of {client.Api.Authority} for the OAuth client secret: its answer has no {field}");
    }

    // Tailscale's API says `message`, RFC 6749, section 5.2, `error` and `error_description`.
    private static string Words(ReadOnlyMemory<byte> body, OAuthClientSecret client)
    {
        var words = TextOf(body, "message") ?? TextOf(body, "error_description") ?? TextOf(body, "error");
        if (string.IsNullOrEmpty(words)) return "";
        words = words.Replace(client.Secret, "***", StringComparison.Ordinal);
        return $": {(words.Length > 200 ? words[..200] : words)}";
    }

    private static string? TextOf(ReadOnlyMemory<byte> json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte> KeyRequest(OAuthClientSecret client, ValueList<string> tags)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteStartObject("capabilities"u8);
            json.WriteStartObject("devices"u8);
            json.WriteStartObject("create"u8);
            json.WriteBoolean("reusable"u8, false);
            json.WriteBoolean("ephemeral"u8, client.IsEphemeral);
            json.WriteBoolean("preauthorized"u8, client.IsPreauthorized);
            json.WriteStartArray("tags"u8);
            foreach (var tag in tags)
                json.WriteStringValue(tag);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return output.WrittenMemory;
    }

    private static Uri At(OAuthClientSecret client, string path) => new(client.Api.AbsoluteUri.TrimEnd('/') + path);
}
