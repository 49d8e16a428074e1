using System.Globalization;
using System.Text.Json;
using Edge.Orb.Matching;
using Edge.Orb.Proxy;

namespace Edge.Orb.Middlewares;

/// <summary>
/// The line in the Elastic Common Schema, as its pipelines for web servers' access logs fill it. The first four properties, their order and
/// the dots in their names are ecs-logging's (spec.json, version 1.0); a property that has no value is left out.
/// </summary>
internal sealed class EcsLine(TimeProvider clock) : JsonFormat
{
    private const string Version = "8.11.0";

    protected override void Write(LoggedResponse state, Utf8JsonWriter json)
    {
        var context = state.Context;
        var status = context.Response.StatusCode;
        json.WriteString("@timestamp"u8, state.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteString("log.level"u8, "info"u8);
        json.WriteString("message"u8, string.Create(CultureInfo.InvariantCulture, $"{context.Request.Method} {state.Target} {context.Request.Protocol} {status}"));
        json.WriteString("ecs.version"u8, Version);
        Event(state, json, status);
        Http(state, json, status);
        Url(state, json);
        Source(state, json);
        if (state.Agent is { Length: > 0 } agent)
        {
            json.WriteStartObject("user_agent"u8);
            Field(json, "original"u8, agent);
            json.WriteEndObject();
        }
        if (RequestUser.NameOf(context) is { Length: > 0 } user)
        {
            json.WriteStartObject("user"u8);
            json.WriteString("name"u8, user);
            json.WriteEndObject();
        }
    }

    private void Event(LoggedResponse state, Utf8JsonWriter json, int status)
    {
        json.WriteStartObject("event"u8);
        json.WriteString("dataset"u8, "edge.access"u8);
        json.WriteString("kind"u8, "event"u8);
        json.WriteStartArray("category"u8);
        json.WriteStringValue("web"u8);
        json.WriteEndArray();
        json.WriteStartArray("type"u8);
        json.WriteStringValue("access"u8);
        json.WriteEndArray();
        json.WriteString("outcome"u8, status < 400 ? "success"u8 : "failure"u8);
        // In nanoseconds.
        json.WriteNumber("duration"u8, clock.GetElapsedTime(state.Began).Ticks * TimeSpan.NanosecondsPerTick);
        json.WriteEndObject();
    }

    private static void Http(LoggedResponse state, Utf8JsonWriter json, int status)
    {
        var context = state.Context;
        json.WriteStartObject("http"u8);
        json.WriteString("version"u8, context.Request.Protocol[(context.Request.Protocol.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        json.WriteStartObject("request"u8);
        json.WriteString("method"u8, context.Request.Method);
        Optional(json, "id"u8, context.Features.Get<RequestIdentifier>()?.Text);
        Field(json, "referrer"u8, state.Referrer);
        json.WriteEndObject();
        json.WriteStartObject("response"u8);
        json.WriteNumber("status_code"u8, status);
        json.WriteStartObject("body"u8);
        json.WriteNumber("bytes"u8, state.BytesSent);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Url(LoggedResponse state, Utf8JsonWriter json)
    {
        json.WriteStartObject("url"u8);
        json.WriteString("original"u8, state.Target);
        json.WriteString("scheme"u8, state.Context.Request.Scheme);
        var host = HostName.Of(state.Host);
        if (!host.IsEmpty)
            json.WriteString("domain"u8, host);
        if (state.Host.Port is { } port)
            json.WriteNumber("port"u8, port);
        if (state.Target.StartsWith('/'))
        {
            var query = state.Target.IndexOf('?', StringComparison.Ordinal);
            json.WriteString("path"u8, query < 0 ? state.Target : state.Target.AsSpan(0, query));
            if (query >= 0 && query + 1 < state.Target.Length)
                json.WriteString("query"u8, state.Target.AsSpan(query + 1));
        }
        json.WriteEndObject();
    }

    private static void Source(LoggedResponse state, Utf8JsonWriter json)
    {
        var address = ClientAddress.Text(state.Context);
        if (address.Length == 0)
            return;
        json.WriteStartObject("source"u8);
        json.WriteString("address"u8, address);
        json.WriteString("ip"u8, address);
        json.WriteNumber("port"u8, state.Context.Connection.RemotePort);
        json.WriteEndObject();
    }
}
