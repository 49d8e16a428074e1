using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Edge.Crypto;
using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Middlewares;

/// <summary>
/// <c>RateLimit</c>: how often a client may ask. The platform's partitioned limiter is not used: it has no bound on the number of clients,
/// and wakes up ten times a second to look for idle ones.
/// </summary>
internal sealed class RateLimitMiddleware
{
    private readonly RequestRates _rates;
    private readonly RateLimitKey _key;
    private readonly string? _header;
    private readonly int _status;
    private readonly IIdentitySource _identities;
    private readonly RequestDelegate _next;

    private RateLimitMiddleware(RateLimit record, OrbServices services, RequestDelegate next)
    {
        _rates = new RequestRates(record.Requests / record.Window.TotalSeconds, record.Burst ?? record.Requests, record.MaxClients, services.Time);
        (_key, _header, _status) = (record.Key, record.Header, record.Status);
        (_identities, _next) = (services.Identities, next);
    }

    public static RequestDelegate Compile(RateLimit record, OrbServices services, RequestDelegate next) => new RateLimitMiddleware(record, services, next).Handle;

    private Task Handle(HttpContext context)
    {
        if (_key != RateLimitKey.Login)
            return Proceed(context, _key == RateLimitKey.Header && context.Request.Headers[_header!] is { Count: > 0 } values ? Digest(values.ToString()) : ClientKey.Of(context));
        var caller = Callers.Find(context, _identities);
        return caller.IsCompletedSuccessfully ? Proceed(context, KeyOf(context, caller.Result)) : Await(context, caller);
    }

    private async Task Await(HttpContext context, ValueTask<Identity?> caller) => await Proceed(context, KeyOf(context, await caller));

    private static UInt128 KeyOf(HttpContext context, Identity? caller) => caller is { Login.Length: > 0 } ? Digest(caller.Login) : ClientKey.Of(context);

    private Task Proceed(HttpContext context, UInt128 client) =>
        _rates.TryTake(client, out var wait) ? _next(context) : Refusal.Later(context, _status, wait);

    // A text of any length is remembered in 16 bytes, and nobody finds two that share them.
    private static UInt128 Digest(string text)
    {
        Span<byte> hash = stackalloc byte[16];
        Blake2s.Hash(MemoryMarshal.AsBytes(text.AsSpan()), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
