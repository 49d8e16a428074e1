using Edge.Orb.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Edge.Orb.Middlewares;

/// <summary>The response field that tells caches which request fields it depends on (RFC 9110, section 12.5.5).</summary>
internal static class Vary
{
    public static void Add(IHeaderDictionary headers, string name)
    {
        var there = headers.Vary;
        if (there.Count == 0)
            headers.Vary = name;
        else if (!HeaderRules.HasWord(there, name) && !HeaderRules.HasWord(there, "*"))
            headers.Vary = StringValues.Concat(there, name);
    }
}
