using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text.RegularExpressions;
using Edge.Foundation.Configuration;

namespace Edge.Config.Binding;

// The strings that have a form: the schema's notations.
internal sealed partial class ConfigurationBinder
{
    // RFC 9110, section 5.6.2.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private ListenAddress ReadListenAddress(Place place)
    {
        if (!Try(place, out var text)) return null!;
        if (ListenAddress.TryParse(text, out var address))
            return address.UnixPath is ['.', ..] ? address with { UnixPath = Resolve(address.UnixPath) } : address;
        return Malformed<ListenAddress>(place, "an address to listen on", "write `:8080`, `127.0.0.1:8080`, `[::1]:8080` or `unix:/run/edge.sock`");
    }

    private HostPort ReadHostPort(Place place)
    {
        if (!Try(place, out var text)) return null!;
        return HostPort.TryParse(text, out var hostPort)
            ? hostPort
            : Malformed<HostPort>(place, "a host and a port", "write `127.0.0.1:1055` or `[::1]:1055`");
    }

    private UpstreamAddress ReadUpstreamAddress(Place place)
    {
        if (!Try(place, out var text)) return null!;
        return UpstreamAddress.TryParse(text, out var address)
            ? address
            : Malformed<UpstreamAddress>(place, "an upstream", "write `host:port`, or a URL without a path, such as `https://backend.internal:8443`");
    }

    private InterfaceAddress ReadInterfaceAddress(Place place)
    {
        if (!Try(place, out var text)) return null!;
        return InterfaceAddress.TryParse(text, out var address)
            ? address
            : Malformed<InterfaceAddress>(place, "an address with its network's prefix length", "write `10.200.0.2/24` or `fd00::2/64`");
    }

    private IPAddress ReadIpAddress(Place place)
    {
        if (!Try(place, out var text)) return null!;
        return IpRanges.TryParseAddress(text, out var address)
            ? address
            : Malformed<IPAddress>(place, "an IP address", "write `10.0.0.53` or `fd00::53`");
    }

    private IPNetwork ReadCidr(Place place)
    {
        if (!Try(place, out var text)) return default;
        if (!IpRanges.TryParse(text, out var range, out var isExact))
            return Malformed<IPNetwork>(place, "an address range", "write `10.0.0.0/8`, `fd00::/8`, or a single address");
        if (!isExact)
            _errors.Add(place, $"{Shown(place, "this range")} has bits after its prefix", IsShown(place) ? $"the range is `{range}`" : null);
        return range;
    }

    private Uri ReadUrl(Place place)
    {
        if (!Try(place, out var text)) return null!;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0
            ? url
            : Malformed<Uri>(place, "a URL", "write `https://host` or `http://host:port`");
    }

    private string ReadRedirectTarget(Place place)
    {
        if (!Try(place, out var text)) return "";
        var isPath = text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal);
        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
        return (isPath || isUrl) && !text.AsSpan().ContainsAnyInRange('\0', ' ')
            ? text
            : Malformed<string>(place, "where a redirect can lead", "write a path, such as `/new`, or a URL, such as `https://www.example.com`");
    }

    private string ReadDomain(Place place)
    {
        if (!Try(place, out var text)) return "";
        return HostNames.IsDomain(text) || HostNames.IsLabel(text) || IpRanges.TryParseAddress(text, out _)
            ? text.ToLowerInvariant()
            : Malformed<string>(place, "a domain name", "write `www.example.com` or `*.example.com`, without scheme, port and path");
    }

    private string ReadHostname(Place place)
    {
        if (!Try(place, out var text)) return "";
        return HostNames.IsLabel(text) && !text.Contains('_', StringComparison.Ordinal)
            ? text
            : Malformed<string>(place, "a node's name", "use letters, digits and hyphens, at most 63, without a domain");
    }

    private string ReadNodeTag(Place place)
    {
        if (!Try(place, out var text)) return "";
        return text.StartsWith("tag:", StringComparison.Ordinal) && HostNames.IsLabel(text.AsSpan(4)) && char.IsAsciiLetter(text[4])
            ? text
            : Malformed<string>(place, "a tag", "write `tag:` and a name of letters, digits and hyphens, such as `tag:web`");
    }

    private string ReadPathPattern(Place place)
    {
        if (!Try(place, out var text)) return "";
        if (text.StartsWith("/re:", StringComparison.Ordinal))
        {
            CheckRegularExpression(place, text[4..]);
            return text;
        }
        if (!text.StartsWith('/'))
            return Malformed<string>(place, "a path", "a path begins with a slash");
        var segments = text.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            if (segments[i] == "**" && i != segments.Length - 1)
                return Malformed<string>(place, "a path pattern", "`**` stands at the end only: it matches all that follows");
            if (segments[i].Contains('*', StringComparison.Ordinal) && segments[i] is not ("*" or "**"))
                return Malformed<string>(place, "a path pattern", "`*` is a whole segment, as in `/files/*`; for more, use `/re:` and a regular expression");
        }
        return text.Contains('?', StringComparison.Ordinal) || text.Contains('#', StringComparison.Ordinal)
            ? Malformed<string>(place, "a path", "a path has no query: match it with `queryParams`")
            : text;
    }

    private string ReadRegularExpression(Place place)
    {
        if (!Try(place, out var text)) return "";
        CheckRegularExpression(place, text);
        return text;
    }

    private void CheckRegularExpression(Place place, string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (RegexParseException error)
        {
            _errors.Add(place, $"this is not a regular expression: {error.Error} at character {error.Offset + 1}", "the notation is .NET's, which is Perl's in all that is common");
        }
        catch (NotSupportedException)
        {
            _errors.Add(place, "this regular expression cannot be matched in linear time", "do without look-around, back references, and atomic groups");
        }
    }

    private string ReadGlob(Place place)
    {
        if (!Try(place, out var text)) return "";
        return text.Length > 0 ? text : Malformed<string>(place, "a pattern", "write the text to match, in which `*` stands for any characters");
    }

    private string ReadHeaderName(Place place)
    {
        if (!Try(place, out var text)) return "";
        return IsToken(text) ? text : Malformed<string>(place, "a header field's name", "use letters, digits and hyphens, such as `X-Request-Id`");
    }

    private string ReadHttpMethod(Place place)
    {
        if (!Try(place, out var text)) return "";
        if (!IsToken(text)) return Malformed<string>(place, "a request method", "write `GET`, `POST` and the like");
        // Methods are case-sensitive (RFC 9110, section 9.1), and nobody means another method by `get`.
        return text.AsSpan().ContainsAnyInRange('a', 'z') ? Malformed<string>(place, "a request method", "methods are written in capitals") : text;
    }

    private string ReadWireGuardKey(Place place)
    {
        if (!Try(place, out var text)) return "";
        Span<byte> key = stackalloc byte[33];
        if (Convert.TryFromBase64String(text, key, out var length) && length == 32) return text;
        _errors.Add(place, "this is not a WireGuard key", place.Advice ?? "a key is 32 bytes in Base64, 44 characters, as `wg pubkey` prints it");
        return "";
    }

    private string ReadFilePath(Place place)
    {
        if (!Try(place, out var text)) return "";
        return text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal)
            ? Resolve(text)
            : Malformed<string>(place, "a path", "write a file's or folder's name; a relative one starts at the configuration file's folder");
    }

    private string ReadLogOutput(Place place) =>
        place.Value is Evaluation.StringValue { Value: "stdout" or "stderr" } text ? text.Value : ReadFilePath(place);

    private string ReadStateDir(Place place)
    {
        if (!Try(place, out var text)) return "";
        if (text == "mem:") return text;
        if (text.StartsWith("kube:", StringComparison.Ordinal))
            return HostNames.IsHostName(text.AsSpan(5)) ? text : Malformed<string>(place, "a Kubernetes Secret", "write `kube:` and the Secret's name");
        return ReadFilePath(place);
    }

    private static bool IsToken(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(TokenCharacters);

    private string Resolve(string path) => Path.GetFullPath(path, _folder);

    private bool Try(Place place, [NotNullWhen(true)] out string? text)
    {
        text = place.Value is null ? null : ReadText(place);
        return text is not null;
    }

    private T Malformed<T>(Place place, string expected, string advice)
    {
        _errors.Add(place, $"{Shown(place, "this")} is not {expected}", advice);
        return default!;
    }

    private bool IsShown(Place place) => _errors.Show(place) is not null;

    private string Shown(Place place, string otherwise) => _errors.Show(place) ?? otherwise;
}
