using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>What an upstream is asked.</summary>
/// <param name="method">As it is written.</param>
/// <param name="target">Path and query, of visible ASCII alone; sent as it is.</param>
internal sealed class UpstreamRequest(string method, string target)
{
    public string Method { get; } = method;

    public string Target { get; } = target;

    /// <summary>Whom it is for; null: the upstream's own address.</summary>
    public string? Host { get; set; }

    /// <summary>All but what frames the body and what is said of <see cref="Host"/>.</summary>
    public HeaderFields Fields { get; } = new();

    public RequestBody? Body { get; init; }

    /// <summary>The body's length in bytes, where it was told; without a body, whether one was said to be empty.</summary>
    public long? ContentLength { get; init; }

    /// <summary>Whether the body is to wait until the upstream wants it (RFC 9110, section 10.1.1).</summary>
    public bool ExpectsContinue { get; init; }

    /// <summary>Whether it needs HTTP/2.</summary>
    public bool IsHttp2 { get; init; }

    /// <summary>RFC 9110, section 9.2.2: whether asking twice is as asking once, and it can be asked again.</summary>
    public bool CanRepeat => Body is not { HasStarted: true } && (IsSafe(Method) || HttpMethods.IsPut(Method) || HttpMethods.IsDelete(Method));

    /// <summary>RFC 9110, section 9.2.1: whether asking changes nothing.</summary>
    public static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);
}
