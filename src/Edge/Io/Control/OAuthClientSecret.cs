namespace Edge.Io.Control;

/// <summary>
/// What stands where an auth key may: `tskey-client-...?ephemeral=true&amp;preauthorized=true&amp;baseURL=...`, the secret of an OAuth client that may
/// make auth keys (tailscale v1.96.5, feature/oauthkey). It does not print itself.
/// </summary>
/// <param name="Secret">Without the attributes.</param>
/// <param name="IsEphemeral">Nodes that come by the key are forgotten when they are gone.</param>
/// <param name="IsPreauthorized">They need nobody's approval.</param>
/// <param name="Api">The server that makes keys, without a path.</param>
internal sealed record OAuthClientSecret(string Secret, bool IsEphemeral, bool IsPreauthorized, Uri Api)
{
    private const string Prefix = "tskey-client-";
    private const string DefaultApi = "https://api.tailscale.com";

    /// <summary>Whether it is one, for better or worse: then it is nothing to show to a control server.</summary>
    public static bool IsOne(string? authKey) => authKey is not null && authKey.StartsWith(Prefix, StringComparison.Ordinal);

    /// <exception cref="FormatException">It has attributes that are not known, or have no meaning; the message names them and not the secret.</exception>
    public static OAuthClientSecret Parse(string text)
    {
        var mark = text.IndexOf('?');
        var (isEphemeral, isPreauthorized, api) = (true, false, DefaultApi);
        foreach (var attribute in mark < 0 ? [] : text[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = attribute.IndexOf('=');
            var name = Unescaped(equals < 0 ? attribute : attribute[..equals]);
            var value = Unescaped(equals < 0 ? "" : attribute[(equals + 1)..]);
            switch (name)
            {
                case "ephemeral":
                    isEphemeral = ParseFlag(name, value, isEphemeral);
                    break;
                case "preauthorized":
                    isPreauthorized = ParseFlag(name, value, isPreauthorized);
                    break;
                case "baseURL":
                    api = value.Length == 0 ? DefaultApi : value;
                    break;
                default:
                    throw new FormatException($"the OAuth client secret has an attribute that is not known, \"{(name.Length > 20 ? name[..20] : name)}\": there are ephemeral, preauthorized and baseURL");
            }
        }
        if (!Uri.TryCreate(api, UriKind.Absolute, out var url) || url.UserInfo.Length > 0 || url.Query.Length > 0)
            throw new FormatException("the OAuth client secret has a baseURL that is no URL");
        if (url.Scheme != Uri.UriSchemeHttps && !(url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            throw new FormatException($"the OAuth client secret has a baseURL, {url}, where it would be sent in the open: use https");
        return new(mark < 0 ? text : text[..mark], isEphemeral, isPreauthorized, url);
    }

    public override string ToString() => $"OAuth client secret for {Api}";

    private static string Unescaped(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    // The spellings of Go's strconv.ParseBool.
    private static bool ParseFlag(string name, string value, bool otherwise) => value switch
    {
        "" => otherwise,
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new FormatException($"the OAuth client secret's {name} is neither true nor false"),
    };
}
