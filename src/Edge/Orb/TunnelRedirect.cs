using System.Globalization;
using Edge.Orb.Certificates;
using Edge.Orb.Matching;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb;

/// <summary>Plain HTTP on a port of a network, for a site with TLS: where it has a certificate the client is sent to HTTPS, else served. The tunnel is encrypted already.</summary>
internal static class TunnelRedirect
{
    public static Task Handle(HttpContext context, Listener listener, Site site, TlsTerms tls)
    {
        var found = tls.Certificates.HasOneFor(HostName.Of(context.Request.Host).ToString().ToLowerInvariant(), context.RequestAborted);
        return found.IsCompletedSuccessfully ? Proceed(context, listener, site, found.Result) : Await(context, listener, site, found);
    }

    private static async Task Await(HttpContext context, Listener listener, Site site, ValueTask<bool> found) => await Proceed(context, listener, site, await found);

    private static Task Proceed(HttpContext context, Listener listener, Site site, bool hasCertificate)
    {
        if (!hasCertificate)
            return site.Pipeline(context);
        var request = context.Request;
        var port = listener.HttpsPort == 443 ? "" : string.Create(CultureInfo.InvariantCulture, $":{listener.HttpsPort}");
        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = $"https://{request.Host.Host}{port}{request.Path.ToUriComponent()}{request.QueryString.ToUriComponent()}";
        return Task.CompletedTask;
    }
}
