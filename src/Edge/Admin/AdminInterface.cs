using System.Text;
using Edge.Admin.Metrics;
using Edge.Io;
using Edge.Orb;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using AdminConfiguration = Edge.Foundation.Configuration.Admin;

namespace Edge.Admin;

/// <summary>Health, readiness and metrics of a running server, for the machine it runs on.</summary>
internal sealed class AdminInterface : IDisposable
{
    private readonly Readiness _readiness;
    private readonly MetricsPage _metrics;

    private AdminInterface(OrbServices services, BuildIdentity build)
    {
        _readiness = services.Readiness;
        _metrics = new MetricsPage(services.Meter, build, services.Time);
    }

    /// <summary>The listener of a configuration's <c>admin</c> block.</summary>
    /// <param name="configuration">Where.</param>
    /// <param name="services">Of the server that it tells about.</param>
    /// <param name="build">What <c>edge_build_info</c> says.</param>
    /// <param name="environment">The process's variables.</param>
    public static PrivateListener Listen(AdminConfiguration configuration, OrbServices services, BuildIdentity build, Func<string, string?> environment)
    {
        var address = configuration.Listen ?? AdminAddress.Default(environment);
        var admin = new AdminInterface(services, build);
        services.Stopping.Register(admin.Dispose);
        return new PrivateListener("health and metrics", address, admin.Answer)
        {
            // A name in the abstract namespace has no mode: the kernel says who calls.
            Admits = address.UnixPath is ['@', ..] ? IsOwner : null,
            // Of two servers of one user the first has the place that nobody chose; the second serves all the same.
            IsOptional = configuration.Listen is null,
        };
    }

    public void Dispose() => _metrics.Dispose();

    private static bool IsOwner(ConnectionContext connection) =>
        connection.Features.Get<IConnectionSocketFeature>() is { Socket: var socket } && PeerCredentials.IsOwnerOrRoot(socket);

    private Task Answer(HttpContext context)
    {
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            response.Headers.Allow = "GET, HEAD";
            return Write(response, StatusCodes.Status405MethodNotAllowed, "this interface is read with GET\n");
        }
        switch (context.Request.Path.Value)
        {
            case "/healthz":
                return Write(response, StatusCodes.Status200OK, "ok\n");
            case "/readyz":
                return Write(response, _readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, ReadinessText());
            case "/metrics":
                return WriteMetrics(response);
            default:
                return Write(response, StatusCodes.Status404NotFound, "there are /healthz, /readyz and /metrics\n");
        }
    }

    private string ReadinessText()
    {
        var missing = _readiness.Missing;
        var text = new StringBuilder(missing.Count == 0 ? "ready\n" : "not ready\n");
        foreach (var (condition, reason) in missing)
            text.Append(condition).Append(": ").Append(reason).Append('\n');
        foreach (var (subject, note) in _readiness.Notes)
            text.Append("note: ").Append(subject).Append(": ").Append(note).Append('\n');
        return text.ToString();
    }

    // Reads files of /proc: not in the thread that other connections' bytes come in on.
    private async Task WriteMetrics(HttpResponse response) =>
        await Write(response, StatusCodes.Status200OK, await Task.Run(_metrics.Text), "text/plain; version=0.0.4; charset=utf-8");

    private static Task Write(HttpResponse response, int status, string text, string type = "text/plain; charset=utf-8")
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        response.StatusCode = status;
        response.ContentType = type;
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes).AsTask();
    }
}
