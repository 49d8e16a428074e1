using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;

namespace Edge.Orb;

/// <summary>What the server measures of its requests and connections.</summary>
internal sealed class RequestInstruments
{
    // The known methods and classes of status: what a client makes up must not become a series of its own.
    private static readonly string[] s_methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"];
    private static readonly string[] s_classes = ["0xx", "1xx", "2xx", "3xx", "4xx", "5xx"];

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _durations;
    private readonly TimeProvider _time;

    public RequestInstruments(OrbServices services, OpenConnections connections)
    {
        var meter = services.Meter;
        _time = services.Time;
        _requests = meter.CreateCounter<long>("edge.http.requests", description: "Requests that were answered, by server block, method and class of status.");
        _durations = meter.CreateHistogram<double>("edge.http.request.duration", "s", "From the head of a request to the end of its response, by server block.");
        meter.CreateObservableGauge("edge.http.requests.under_way", () => connections.RequestsUnderWay, description: "Requests that are being answered.");
        meter.CreateObservableGauge("edge.connections", () => connections.Count, description: "Open connections of clients.");
        if (services.Networks is { Nodes.IsEmpty: false } networks)
            NetworkInstruments.Create(meter, networks);
        if (services.Networks is { } all && all.Nodes.Any(static node => node.IsTailnet))
            TailnetInstruments.Create(meter, all);
        meter.CreateObservableGauge("edge.upstream.healthy", services.Upstreams.Health, description: "Whether an upstream gets requests.");
        meter.CreateObservableGauge("edge.upstream.requests.under_way", services.Upstreams.UnderWay, description: "Requests that an upstream is answering.");
    }

    /// <summary>A request is done.</summary>
    /// <param name="context">Still with its request and response.</param>
    /// <param name="now">On the server's clock.</param>
    public void Record(OrbContext context, long now)
    {
        if (!_requests.Enabled)
            return;
        var server = new KeyValuePair<string, object?>("server", context.Site?.Name ?? "-");
        _requests.Add(1, server, new("method", MethodOf(context.Http.Request.Method)), new("status", ClassOf(context.Http.Response.StatusCode)));
        _durations.Record(_time.GetElapsedTime(context.Begun, now).TotalSeconds, server);
    }

    private static string MethodOf(string method)
    {
        foreach (var known in s_methods)
            if (HttpMethods.Equals(method, known))
                return known;
        return "other";
    }

    private static string ClassOf(int status) => s_classes[status is >= 100 and <= 599 ? status / 100 : 0];
}
