using Edge.Foundation.Configuration;
using Edge.Orb.Matching;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb.Middlewares;

/// <summary>
/// <c>TailscaleAuth</c>: lets callers in by their identity and tells the handler who they are, in Tailscale Serve's header fields
/// (ipn/ipnlocal/serve.go of Tailscale 1.96). What clients send under those names was removed before anything else ran.
/// </summary>
internal sealed class TailscaleAuthMiddleware
{
    private readonly Glob[] _allowed;
    private readonly bool _isRequired;
    private readonly bool _tells;
    private readonly IIdentitySource _identities;
    private readonly RequestDelegate _next;

    private TailscaleAuthMiddleware(TailscaleAuth record, IIdentitySource identities, RequestDelegate next)
    {
        _allowed = [.. record.Allow.Select(one => new Glob(one, ignoreCase: true))];
        _isRequired = record.Required || _allowed.Length > 0;
        _tells = record.Headers;
        (_identities, _next) = (identities, next);
    }

    public static RequestDelegate Compile(TailscaleAuth record, OrbServices services, RequestDelegate next) =>
        new TailscaleAuthMiddleware(record, services.Identities, next).Handle;

    private Task Handle(HttpContext context)
    {
        if (context.Features.Get<ConnectionOrigin>() is ConnectionOrigin.Funnel)
        {
            if (_tells)
                context.Request.Headers["Tailscale-Funnel-Request"] = "?1";
            return _next(context);
        }
        var caller = Callers.Find(context, _identities);
        return caller.IsCompletedSuccessfully ? Proceed(context, caller.Result) : Await(context, caller);
    }

    private async Task Await(HttpContext context, ValueTask<Identity?> caller) => await Proceed(context, await caller);

    private Task Proceed(HttpContext context, Identity? caller)
    {
        if (_isRequired && !IsAllowed(caller))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }
        if (_tells && caller is { IsTagged: false, Login.Length: > 0 })
        {
            var headers = context.Request.Headers;
            headers["Tailscale-User-Login"] = EncodedWord.Of(caller.Login);
            headers["Tailscale-User-Name"] = EncodedWord.Of(caller.Name);
            headers["Tailscale-User-Profile-Pic"] = EncodedWord.Of(caller.ProfilePicture);
            headers["Tailscale-Headers-Info"] = "https://tailscale.com/s/serve-headers";
        }
        return _next(context);
    }

    private bool IsAllowed(Identity? caller)
    {
        if (caller is null)
            return false;
        if (_allowed.Length == 0)
            return true;
        foreach (var one in _allowed)
        {
            // A machine with tags is not its owner.
            if (!caller.IsTagged && caller.Login.Length > 0 && one.IsMatch(caller.Login))
                return true;
            foreach (var tag in caller.Tags)
                if (one.IsMatch(tag))
                    return true;
        }
        return false;
    }
}
