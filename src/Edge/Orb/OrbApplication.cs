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
internal sealed class OrbApplication(RequestDelegate pipeline, ILogger log) : IHttpApplication<DefaultHttpContext>
{
    private volatile bool _isDraining;

    /// <summary>From now on each HTTP/1 connection ends after its response, and says so in it.</summary>
    public void Drain() => _isDraining = true;

    public DefaultHttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is not IHostContextContainer<DefaultHttpContext> container)
            return new DefaultHttpContext(contextFeatures);
        if (container.HostContext is { } used)
        {
            used.Initialize(contextFeatures);
            return used;
        }
        return container.HostContext = new DefaultHttpContext(contextFeatures);
    }

    public Task ProcessRequestAsync(DefaultHttpContext context)
    {
        IdentityHeaders.Remove(context.Request.Headers);
        if (_isDraining && !HttpProtocol.IsHttp2(context.Request.Protocol) && !HttpProtocol.IsHttp3(context.Request.Protocol))
            context.Response.Headers.Connection = "close";
        try
        {
            var task = pipeline(context);
            return task.IsCompletedSuccessfully ? Task.CompletedTask : Finish(context, task);
        }
        catch (Exception failure)
        {
            Fail(context, failure);
            return Task.CompletedTask;
        }
    }

    public void DisposeContext(DefaultHttpContext context, Exception? exception) => context.Uninitialize();

    private async Task Finish(DefaultHttpContext context, Task task)
    {
        try
        {
            await task;
        }
        catch (Exception failure)
        {
            Fail(context, failure);
        }
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
