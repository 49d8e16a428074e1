using System.Globalization;
using System.Text.Json;
using Edge.Orb.Proxy;

namespace Edge.Orb.Middlewares;

/// <summary>The line as plain JSON, flat; a property that has no value is left out.</summary>
internal sealed class JsonLine(TimeProvider clock) : JsonFormat
{
    protected override void Write(LoggedResponse state, Utf8JsonWriter json)
    {
        var context = state.Context;
        json.WriteString("time"u8, state.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        Optional(json, "remote_ip"u8, ClientAddress.Text(context));
        if (context.Features.Get<ConnectionOrigin>() is { } origin)
            Optional(json, "network"u8, origin switch { ConnectionOrigin.Tunnel tunnel => tunnel.Network, ConnectionOrigin.Funnel funnel => funnel.Network, _ => null });
        Optional(json, "user"u8, RequestUser.NameOf(context));
        Optional(json, "request_id"u8, context.Features.Get<RequestIdentifier>()?.Text);
        json.WriteString("method"u8, context.Request.Method);
        json.WriteString("scheme"u8, context.Request.Scheme);
        Optional(json, "host"u8, state.Host.Value);
        json.WriteString("target"u8, state.Target);
        json.WriteString("protocol"u8, context.Request.Protocol);
        json.WriteNumber("status"u8, context.Response.StatusCode);
        json.WriteNumber("bytes"u8, state.BytesSent);
        json.WriteNumber("duration_ms"u8, Math.Round(clock.GetElapsedTime(state.Began).TotalMilliseconds, 3));
        Field(json, "referer"u8, state.Referrer);
        Field(json, "user_agent"u8, state.Agent);
    }
}
