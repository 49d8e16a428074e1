using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb;

/// <summary>The names of header fields; those of a request are looked at before anything else runs.</summary>
internal static class FieldNames
{
    /// <summary>RFC 9110, section 5.6.2: what a name is made of.</summary>
    public const string TokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static readonly SearchValues<char> s_token = SearchValues.Create(TokenCharacters);

    /// <summary>Whether this can be a field's name.</summary>
    public static bool IsToken(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(s_token);

    /// <summary>
    /// Removes the fields of <see cref="IdentityHeaders"/>, and looks for names that are none: HTTP/2 carries any bytes as a name, and a line
    /// break in one is a field, or a message, of its own in HTTP/1.1 (RFC 9113, section 10.3).
    /// </summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Inspect(IHeaderDictionary headers)
    {
        List<string>? identity = null;
        foreach (var (name, _) in headers)
        {
            if (!IsToken(name))
                return "a header field's name that is no token";
            if (IdentityHeaders.IsOne(name))
                (identity ??= []).Add(name);
        }
        if (identity is not null)
        {
            foreach (var name in identity)
                headers.Remove(name);
        }
        return null;
    }
}
