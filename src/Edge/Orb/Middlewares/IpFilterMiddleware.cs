using System.Collections.Immutable;
using System.Net;
using Edge.Foundation.Addresses;
using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Middlewares;

/// <summary><c>IpFilter</c>: lets requests in by the address that the connection comes from; what a client writes into header fields does not count.</summary>
internal sealed class IpFilterMiddleware
{
    private readonly IpPrefix[] _allowed;
    private readonly IpPrefix[] _denied;
    private readonly int _status;
    private readonly RequestDelegate _next;

    private IpFilterMiddleware(IpFilter record, RequestDelegate next)
    {
        _allowed = Prefixes(record.Allow);
        _denied = Prefixes(record.Deny);
        _status = record.Status;
        _next = next;
    }

    public static RequestDelegate Compile(IpFilter record, OrbServices services, RequestDelegate next) => new IpFilterMiddleware(record, next).Handle;

    private static IpPrefix[] Prefixes(ImmutableArray<IPNetwork> networks) =>
        [.. networks.Select(network => new IpPrefix(IpAddress.Of(network.BaseAddress), network.PrefixLength))];

    private Task Handle(HttpContext context)
    {
        if (IsAdmitted(context))
            return _next(context);
        context.Response.StatusCode = _status;
        return Task.CompletedTask;
    }

    // A client of a Unix socket has no address: it is in no range.
    private bool IsAdmitted(HttpContext context) => ClientKey.TryGetAddress(context, out var address)
        ? !Contains(_denied, address) && (_allowed.Length == 0 || Contains(_allowed, address))
        : _allowed.Length == 0;

    private static bool Contains(IpPrefix[] prefixes, IpAddress address)
    {
        foreach (var prefix in prefixes)
            if (prefix.Contains(address))
                return true;
        return false;
    }
}
