using System.Buffers;
using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace Edge.Orb.Proxy;

/// <summary>Which header fields pass, and which end here.</summary>
internal static class HeaderRules
{
    /// <summary>
    /// RFC 9110, section 7.6.1, and what older texts add: fields about one connection. <c>TE</c>, <c>Upgrade</c> and <c>Trailer</c> are
    /// put back where they mean something on the next one.
    /// </summary>
    private static readonly FrozenSet<string> HopByHop = FrozenSet.ToFrozenSet(
    [
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Authentication-Info",
        "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// RFC 9110, section 6.5.1: what frames, routes, authenticates or describes a message has to stand before its body. Behind it, somebody who
    /// puts trailers to the header would be led astray.
    /// </summary>
    private static readonly FrozenSet<string> NoTrailers = FrozenSet.ToFrozenSet(
    [
        "Age", "Authorization", "Cache-Control", "Content-Encoding", "Content-Length", "Content-Range", "Content-Type", "Date", "Expect", "Expires",
        "Host", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Location", "Max-Forwards", "Pragma", "Range",
        "Retry-After", "Set-Cookie", "Vary", "Warning", "WWW-Authenticate",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>What Kestrel would refuse to write, and what cannot be one byte.</summary>
    private static readonly SearchValues<char> Printable = SearchValues.Create(
        "\t" + string.Concat(Enumerable.Range(0x20, 0x7F - 0x20).Concat(Enumerable.Range(0x80, 0x80)).Select(c => (char)c)));

    /// <summary>Whether a field of a request goes to the upstream as it is.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="connection">The request's <c>Connection</c>, whose words name further fields of this connection.</param>
    public static bool IsForwarded(string name, StringValues connection) =>
        name.Length > 0 && name[0] != ':' && !HopByHop.Contains(name) && !IsOrigin(name) && !IsNominated(name, connection);

    /// <summary>Whether a field of a response goes to the client as it is.</summary>
    public static bool IsReturned(string name, StringValues connection) => !HopByHop.Contains(name) && !IsNominated(name, connection);

    /// <summary>Whether a trailer of a response goes to the client as it is.</summary>
    public static bool IsReturnedBehind(string name) => !HopByHop.Contains(name) && !NoTrailers.Contains(name);

    public static bool IsWritable(string value) => !value.AsSpan().ContainsAnyExcept(Printable);

    /// <summary>Whether a list such as <c>Connection: close, x-secret</c> has the word.</summary>
    public static bool HasWord(StringValues list, string word)
    {
        foreach (var line in list)
        {
            var rest = line.AsSpan();
            foreach (var range in rest.Split(','))
                if (rest[range].Trim(" \t").Equals(word, StringComparison.OrdinalIgnoreCase))
                    return true;
        }
        return false;
    }

    /// <summary>
    /// Fields that tell where a request came from. What a client writes there is not to be believed; many servers read <c>_</c> as <c>-</c>,
    /// so the look-alikes go too.
    /// </summary>
    private static bool IsOrigin(string name)
    {
        if (name.Length < 9 || (name[0] | 0x20) is not ('f' or 'x')) return false;
        var plain = name.Contains('_') ? name.Replace('_', '-') : name;
        return plain.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
            || plain.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
            || plain.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The fields that a message cannot do without are not nominated away: a client could strip them to confuse the upstream.</summary>
    private static bool IsNominated(string name, StringValues connection) =>
        connection.Count > 0 && HasWord(connection, name)
        && !name.Equals("Host", StringComparison.OrdinalIgnoreCase) && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);
}
