using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Edge.Orb;

/// <summary>
/// What Kestrel calls for each request. It stands where the web host's own application would: without its diagnostics, scopes and
/// activities, and with contexts that are used again for the next request of the same connection or stream.
/// </summary>
internal sealed class OrbApplication(RequestDelegate pipeline, RequestInstruments instruments, OrbLimits limits, TimeProvider time, ILogger log) : IHttpApplication<OrbContext>
{
    private volatile bool _isDraining;

    /// <summary>From now on each HTTP/1 connection ends after its response, and says so in it.</summary>
    public void Drain() => _isDraining = true;

    public OrbContext CreateContext(IFeatureCollection contextFeatures)
    {
        OrbContext context;
        if (contextFeatures is not IHostContextContainer<OrbContext> container)
        {
            context = new OrbContext(contextFeatures);
        }
        else if (container.HostContext is { } used)
        {
            used.Http.Initialize(contextFeatures);
            context = used;
        }
        else
        {
            context = container.HostContext = new OrbContext(contextFeatures);
        }
        contextFeatures.Set(context);
        context.Begun = time.GetTimestamp();
        context.Client.Begin();
        return context;
    }

    public Task ProcessRequestAsync(OrbContext context)
    {
        var http = context.Http;
        if (_isDraining && !context.Client.IsHttp2)
            http.Response.Headers.Connection = "close";
        if ((FieldNames.Inspect(http.Request.Headers) ?? Framing.Fault(http.Request)) is { } fault)
        {
            Refuse(context, fault);
            return Task.CompletedTask;
        }
        try
        {
            var task = (context.Client.Private ?? pipeline)(http);
            return task.IsCompletedSuccessfully ? Task.CompletedTask : Finish(context, task);
        }
        catch (Exception failure)
        {
            Fail(http, failure);
            return Task.CompletedTask;
        }
    }

    public void DisposeContext(OrbContext context, Exception? exception)
    {
        var now = time.GetTimestamp();
        context.Client.End(now);
        if (context.Listener is not null)
            instruments.Record(context, now);
        context.Site = null;
        context.Http.Uninitialize();
    }

    private async Task Finish(OrbContext context, Task task)
    {
        try
        {
            await task;
        }
        catch (Exception failure)
        {
            Fail(context.Http, failure);
        }
        // What is answered at once has cost nothing that a client could take back; asking would cost every request a token of its own.
        if (context.Client.IsHttp2 && context.Http.RequestAborted.IsCancellationRequested && context.Client.Reset(limits.Resets))
        {
            log.ManyResets(limits.Resets);
            context.Client.Close();
        }
    }

    private void Refuse(OrbContext context, string fault)
    {
        var (request, response) = (context.Http.Request, context.Http.Response);
        var path = request.Path.Value;
        log.BadRequest(request.Method, path, StatusCodes.Status400BadRequest, fault);
        response.StatusCode = StatusCodes.Status400BadRequest;
        if (!context.Client.IsHttp2)
            response.Headers.Connection = "close";
    }

    // Nothing of the failure reaches the client but a status: texts of exceptions quote paths and values.
    private void Fail(HttpContext context, Exception failure)
    {
        var isGone = context.RequestAborted.IsCancellationRequested;
        if (failure is BadHttpRequestException bad)
        {
            var path = context.Request.Path.Value;
            log.BadRequest(context.Request.Method, path, bad.StatusCode, bad.Message);
            if (!TryReset(context, bad.StatusCode))
                context.Abort();
            // The rest of the body may be anything: it is not read as the next request.
            else if (!HttpProtocol.IsHttp2(context.Request.Protocol))
                context.Response.Headers.Connection = "close";
        }
        else if (isGone && failure is (OperationCanceledException or IOException))
        {
            var path = context.Request.Path.Value;
            log.ClientGone(context.Request.Method, path);
        }
        else
        {
            var path = context.Request.Path.Value;
            log.RequestFailed(context.Request.Method, path, failure);
            if (!TryReset(context, StatusCodes.Status500InternalServerError))
                context.Abort();
        }
    }

    private static bool TryReset(HttpContext context, int status)
    {
        if (context.Response.HasStarted)
            return false;
        var isClosing = context.Response.Headers.Connection;
        context.Response.Clear();
        context.Response.Headers.Connection = isClosing;
        context.Response.StatusCode = status;
        return true;
    }
}
