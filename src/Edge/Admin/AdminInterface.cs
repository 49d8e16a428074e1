using System.Net;
using System.Text;
using System.Text.Json;
using Edge.Admin.Metrics;
using Edge.Io;
using Edge.Node.Status;
using Edge.Orb;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using AdminConfiguration = Edge.Foundation.Configuration.Admin;

namespace Edge.Admin;

/// <summary>Health, readiness, metrics and the status of the networks of a running server, for the machine it runs on.</summary>
internal sealed class AdminInterface : IDisposable
{
    private const string EventsPath = LocalApi.Root + "events";

    private readonly Readiness _readiness;
    private readonly CancellationToken _draining;
    private readonly MetricsPage _metrics;
    private readonly LocalApi? _local;
    private readonly NetworkEvents? _events;

    private AdminInterface(OrbServices services, BuildIdentity build)
    {
        _readiness = services.Readiness;
        _draining = services.Draining;
        _events = services.Networks?.Events;
        _metrics = new MetricsPage(services.Meter, build, services.Time);
        _local = services.Networks is { } networks ? new LocalApi(networks, build.Version, services.Time) : null;
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
        if (Acts(context.Request.Path.Value))
        {
            if (!HttpMethods.IsPost(context.Request.Method))
            {
                response.Headers.Allow = "POST";
                return Write(response, StatusCodes.Status405MethodNotAllowed, "want POST\n");
            }
        }
        else if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
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
            case ['/', ..] path when path.StartsWith(LocalApi.Root, StringComparison.Ordinal) && _local is not null:
                return MaySee(context.Request)
                    ? path == EventsPath ? WriteEvents(context) : WriteLocal(context, _local, path[LocalApi.Root.Length..])
                    : Write(response, StatusCodes.Status403Forbidden, "not for pages in a browser\n");
            default:
                return Write(response, StatusCodes.Status404NotFound, $"there are /healthz, /readyz, /metrics and {LocalApi.Root}\n");
        }
    }

    /// <summary>Whether a path is of the few that do something.</summary>
    private bool Acts(string? path) => _local is not null && path is not null && path.StartsWith(LocalApi.Root, StringComparison.Ordinal) && LocalApi.Acts(path[LocalApi.Root.Length..]);

    /// <summary>
    /// A page that somebody looks at must not learn about the networks, by a name that leads to this host either (DNS rebinding): it sends its origin, or asks by
    /// a name. As Tailscale's LocalAPI does.
    /// </summary>
    private static bool MaySee(HttpRequest request) =>
        request.Headers.Origin.Count == 0 && request.Headers.Referer.Count == 0
        && (request.Host.Host is "" or "edge" or "localhost" or "local-tailscaled.sock" || IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out _));

    /// <summary>How the networks stand and what changes, a JSON document a line, until either side ends it.</summary>
    private async Task WriteEvents(HttpContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_draining, context.RequestAborted);
        context.Response.ContentType = "application/jsonl";
        await context.Response.StartAsync(end.Token);
        await foreach (var happened in _events!.Listen(end.Token))
        {
            using var line = new MemoryStream();
            using (var json = new Utf8JsonWriter(line))
            {
                json.WriteStartObject();
                json.WriteString("Time"u8, happened.Time.UtcDateTime);
                json.WriteString("Network"u8, happened.Network);
                json.WriteString("Kind"u8, happened.Kind);
                json.WriteString("Subject"u8, happened.Subject);
                json.WriteString("Text"u8, happened.Text);
                json.WriteEndObject();
            }
            line.WriteByte((byte)'\n');
            await context.Response.Body.WriteAsync(line.GetBuffer().AsMemory(0, (int)line.Length), end.Token);
        }
    }

    // The data path is asked, and thousands of peers are written: not in the thread that other connections' bytes come in on.
    private static async Task WriteLocal(HttpContext context, LocalApi local, string path)
    {
        var answer = await Task.Run(() => local.Answer(path, name => context.Request.Query.TryGetValue(name, out var value) ? value.ToString() : null, context.RequestAborted));
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.IsJson ? "application/json" : "text/plain; charset=utf-8";
        response.ContentLength = answer.Body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(answer.Body);
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
