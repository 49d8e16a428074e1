using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Matching;

/// <summary>The name in a request's <c>Host</c>.</summary>
internal static class HostName
{
    /// <summary>Without port, brackets and final dot. Case is the client's; nothing is allocated.</summary>
    public static ReadOnlySpan<char> Of(HostString host)
    {
        var text = host.Value.AsSpan();
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']');
            return end < 0 ? text : text[1..end];
        }
        var colon = text.IndexOf(':');
        if (colon >= 0)
            text = text[..colon];
        return text.EndsWith('.') ? text[..^1] : text;
    }
}
