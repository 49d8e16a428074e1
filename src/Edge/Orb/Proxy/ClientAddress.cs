using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Proxy;

/// <summary>The address that a request came from, as text.</summary>
internal static class ClientAddress
{
    /// <summary>Empty for a Unix socket. An IPv4 address that a dual-stack listener mapped into IPv6 is shown as IPv4.</summary>
    public static string Text(HttpContext context) =>
        context.Connection.RemoteIpAddress is not { } address ? ""
        : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
