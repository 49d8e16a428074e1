using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Edge.Orb.Proxy;

/// <summary>Passes a request to one upstream after another, until one answers or no more may be asked.</summary>
internal sealed class Forwarder(ReverseProxy record, Balancer balancer, TimeProvider time, ILogger log)
{
    private const int ClientClosedRequest = 499;

    public async Task Handle(HttpContext context)
    {
        var target = RequestTarget.Of(context);
        if (target is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        List<Backend>? tried = null;
        var backend = balancer.Choose(context, null);
        if (backend is null)
        {
            ProxyLog.NoneHealthy(log, context.Request.Method, target);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }
        while (true)
        {
            using var exchange = new Exchange(context, backend, target, record, balancer, time, log);
            var failure = await exchange.Run();
            if (failure is null) return;
            if (failure.IsClients) ProxyLog.ClientBrokeOff(log, context.Request.Method, target, failure.Reason);
            if (context.RequestAborted.IsCancellationRequested)
            {
                // Nobody reads it; the access log does.
                if (!context.Response.HasStarted) context.Response.StatusCode = ClientClosedRequest;
                return;
            }
            if (failure.IsClients)
            {
                context.Response.StatusCode = failure.Status;
                return;
            }
            (tried ??= []).Add(backend);
            var next = failure.CanRetry && tried.Count <= record.Retries ? balancer.Choose(context, tried) : null;
            if (next is null)
            {
                ProxyLog.Failed(log, context.Request.Method, target, backend.Name, failure.Reason, failure.Status);
                context.Response.StatusCode = failure.Status;
                return;
            }
            ProxyLog.Retried(log, context.Request.Method, target, backend.Name, failure.Reason);
            backend = next;
        }
    }
}
