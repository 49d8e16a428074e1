using System.Globalization;
using Edge.Foundation.Configuration;
using Edge.Io.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Edge.Orb.Proxy;

/// <summary>One attempt: one request to one upstream, and its response on the way back.</summary>
internal sealed partial class Exchange : IDisposable
{
    private readonly HttpContext _context;
    private readonly Backend _backend;
    private readonly string _target;
    private readonly ReverseProxy _record;
    private readonly Balancer _balancer;
    private readonly ILogger _log;
    private readonly Deadline _deadline;
    private readonly Upgrade _upgrade;
    private RequestBody? _body;

    /// <summary>What the upstream did wrong, for its health; null when nothing.</summary>
    private string? _problem;

    public Exchange(HttpContext context, Backend backend, string target, ReverseProxy record, Balancer balancer, TimeProvider time, ILogger log)
    {
        _context = context;
        _backend = backend;
        _target = target;
        _record = record;
        _balancer = balancer;
        _log = log;
        _deadline = new Deadline(record.Timeout, time, context.RequestAborted);
        _upgrade = Upgrade.Of(context);
    }

    /// <summary>Once.</summary>
    /// <returns>Null when the response has begun, or the connection was cut: nothing more can be done about it.</returns>
    public async Task<Failure?> Run()
    {
        _backend.Begin();
        try
        {
            if (_upgrade.IsRequested && !_backend.Transport.CanUpgrade)
                return new Failure(StatusCodes.Status502BadGateway, "an upgrade (WebSocket) was asked for, and `h2c://` upstreams have none: give its address as `http://`", CanRetry: false);
            if (HttpMethods.IsConnect(_context.Request.Method) && !_upgrade.IsRequested)
                return new Failure(StatusCodes.Status501NotImplemented, "CONNECT asks for a forward proxy", CanRetry: false);
            using var response = await _backend.Transport.Send(Request(), _deadline.Token);
            _deadline.Meet();
            if (response.Status is 502 or 503 or 504)
                _problem = string.Create(CultureInfo.InvariantCulture, $"its status was {response.Status}");
            return await Return(response);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            return Judge(e);
        }
        finally
        {
            // The body is read by whoever sends it; the request ends with this method and must not be read after it.
            if (_body is not null) await _body.Finish();
            if (_problem is not null) _backend.Failed(_problem);
            _backend.End();
        }
    }

    public void Dispose() => _deadline.Dispose();

    private Failure Judge(Exception e)
    {
        if (_context.RequestAborted.IsCancellationRequested)
            return new Failure(StatusCodes.Status400BadRequest, "the client left", CanRetry: false) { IsClients = true };
        if (_body?.ClientFault is { } fault)
        {
            var status = (fault as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
            return new Failure(status, "the client's body broke off or broke a rule", CanRetry: false) { IsClients = true };
        }
        if (e is OperationCanceledException)
        {
            _problem = string.Create(CultureInfo.InvariantCulture, $"no response within {_record.Timeout.TotalSeconds} s");
            return new Failure(StatusCodes.Status504GatewayTimeout, _problem, CanRetry: false);
        }
        _problem = HttpFault.Describe(e);
        var isWhole = _body is not { HasStarted: true };
        return new Failure(StatusCodes.Status502BadGateway, _problem, CanRetry: isWhole && (UpstreamRequest.IsSafe(_context.Request.Method) || HttpFault.IsUnreached(e)));
    }

    private async Task<Failure?> Return(UpstreamResponse response)
    {
        if (response.Status == StatusCodes.Status101SwitchingProtocols)
            return await Switch(response);
        Headers(response);
        _balancer.Remember(_context, _backend);
        if (!await Body(response) || response.Trailers is not { } trailers || !_context.Response.SupportsTrailers()) return null;
        foreach (var (name, value) in trailers.All)
            if (HeaderRules.IsReturnedBehind(name) && HeaderRules.IsWritable(value))
                _context.Response.AppendTrailer(name, value);
        return null;
    }

    /// <returns>Whether the whole body was passed on.</returns>
    private async Task<bool> Body(UpstreamResponse response)
    {
        var destination = _context.Response.Body;
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> piece;
                try
                {
                    var next = response.Read();
                    if (!next.IsCompleted) await destination.FlushAsync(_deadline.Token);
                    piece = await next;
                }
                catch (Exception e) when (e is IOException or HttpRequestException && !_context.RequestAborted.IsCancellationRequested)
                {
                    _problem = HttpFault.Describe(e);
                    ProxyLog.BrokeOff(_log, _context.Request.Method, _target, _backend.Name, _problem);
                    _context.Abort();
                    return false;
                }
                if (piece.IsEmpty) return true;
                await destination.WriteAsync(piece, _deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The client left, or the deadline was cancelled because it did.
            _context.Abort();
            return false;
        }
    }
}
