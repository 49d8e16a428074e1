using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;

namespace Edge.Orb.Proxy;

/// <summary>The two headers of an exchange: what the upstream is asked, what the client is answered.</summary>
internal sealed partial class Exchange
{
    private UpstreamRequest Request()
    {
        var incoming = _context.Request;
        var isGrpc = incoming.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
        if (!_upgrade.IsRequested && _context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            _body = new RequestBody(_context, _deadline);
        // A stream of calls may rest: the server's least rate for bodies is for bodies that end.
        if (isGrpc && _context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;

        var request = new UpstreamRequest(_upgrade.IsHttp2 ? HttpMethods.Get : incoming.Method, _target)
        {
            Host = _record.PreserveHost && incoming.Headers.Host is { Count: > 0 } host ? host.ToString() : null,
            Body = _body,
            ContentLength = _upgrade.IsRequested ? null : Length(),
            // Without a body there is nothing to continue with.
            ExpectsContinue = _body is not null && HeaderRules.HasWord(incoming.Headers.Expect, "100-continue"),
            IsHttp2 = !_upgrade.IsRequested && _backend.Transport.UsesHttp2(isGrpc),
        };
        var connection = incoming.Headers.Connection;
        foreach (var (name, values) in incoming.Headers)
            if (HeaderRules.IsForwarded(name, connection))
                Add(request.Fields, name, values);
        if (HeaderRules.HasWord(incoming.Headers.TE, "trailers")) request.Fields.Add("TE", "trailers");
        Origin(request.Fields);
        if (_upgrade.IsRequested)
        {
            request.Fields.Add("Connection", "Upgrade");
            request.Fields.Add("Upgrade", _upgrade.Protocol);
            // RFC 8441, section 5: the key of HTTP/1.1 has no place in HTTP/2, so it is made where the one becomes the other.
            if (_upgrade.IsHttp2) request.Fields.Add("Sec-WebSocket-Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));
        }
        return request;
    }

    /// <summary>RFC 9110, section 8.6: a body that is not there is told of where the method leads one to expect it, or the client did.</summary>
    private long? Length()
    {
        var told = _context.Request.ContentLength;
        if (_body is not null || told is not null) return told;
        var method = _context.Request.Method;
        return HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method) ? 0 : null;
    }

    private void Add(HeaderFields fields, string name, StringValues values)
    {
        if (name.Length is 4 or 6 or 14 or 17)
        {
            // Said by the request itself.
            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase) || name.Equals("Expect", StringComparison.OrdinalIgnoreCase)
                || name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) return;
            // RFC 9113, section 8.2.3: HTTP/2 may cut the field into crumbs; in HTTP/1.1 it is one.
            if (name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) && values.Count > 1) values = string.Join("; ", values.ToArray());
            if (_upgrade.IsHttp2 && name.Equals("Sec-WebSocket-Key", StringComparison.OrdinalIgnoreCase)) return;
        }
        fields.Add(name, values);
    }

    /// <summary>Who asked, and how: of this server's own knowledge alone.</summary>
    private void Origin(HeaderFields fields)
    {
        var client = ClientAddress.Text(_context);
        if (client.Length > 0) fields.Add("X-Forwarded-For", client);
        fields.Add("X-Forwarded-Proto", _context.Request.Scheme);
        if (_context.Request.Host.Value is { Length: > 0 } host) fields.Add("X-Forwarded-Host", host);
    }

    private void Headers(UpstreamResponse response)
    {
        var fields = response.Fields;
        var connection = fields.Of("Connection");
        var outgoing = _context.Response.Headers;
        var all = fields.All;
        for (var i = 0; i < all.Length; i++)
        {
            var (name, value) = all[i];
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || !HeaderRules.IsReturned(name, connection)) continue;
            // Other cookies may be there already; every other field is the upstream's to say.
            var isMore = name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase) || Has(all[..i], name);
            outgoing[name] = isMore ? StringValues.Concat(outgoing[name], value) : value;
        }
        // RFC 9110, section 8.6: these have no body and no length.
        if (response.ContentLength is { } length && response.Status is not (204 or 205)) _context.Response.ContentLength = length;
        _context.Response.StatusCode = response.Status;
    }

    private static bool Has(ReadOnlySpan<HeaderField> fields, string name)
    {
        foreach (var field in fields)
            if (field.Name.Length == name.Length && field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}
