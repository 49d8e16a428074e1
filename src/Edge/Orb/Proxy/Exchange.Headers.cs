using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Primitives;

namespace Edge.Orb.Proxy;

/// <summary>The two headers of an exchange: what the upstream is asked, what the client is answered.</summary>
internal sealed partial class Exchange
{
    private HttpRequestMessage Request()
    {
        var incoming = _context.Request;
        var isGrpc = incoming.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
        var http2 = !_upgrade.IsRequested && _backend.Transport.UsesHttp2(isGrpc);
        var request = new HttpRequestMessage(Method(), _backend.Transport.UriOf(_target, http2))
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (!_upgrade.IsRequested && _context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            request.Content = _body = new RequestBody(_context, _deadline);
        // A stream of calls may rest: the server's least rate for bodies is for bodies that end.
        if (isGrpc && _context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;

        var connection = incoming.Headers.Connection;
        foreach (var (name, values) in incoming.Headers)
            if (HeaderRules.IsForwarded(name, connection))
                Add(request, name, values);
        if (HeaderRules.HasWord(incoming.Headers.TE, "trailers")) request.Headers.TryAddWithoutValidation("TE", "trailers");
        Origin(request);
        if (_upgrade.IsRequested)
        {
            request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", _upgrade.Protocol);
            // RFC 8441, section 5: the key of HTTP/1.1 has no place in HTTP/2, so it is made where the one becomes the other.
            if (_upgrade.IsHttp2) request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));
        }
        return request;
    }

    private HttpMethod Method() => _upgrade.IsHttp2 ? HttpMethod.Get : HttpMethod.Parse(_context.Request.Method);

    private void Add(HttpRequestMessage request, string name, StringValues values)
    {
        if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
        {
            if (_record.PreserveHost) request.Headers.TryAddWithoutValidation(name, values.ToString());
            return;
        }
        // RFC 9113, section 8.2.3: HTTP/2 may cut the field into crumbs; in HTTP/1.1 it is one.
        if (name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) && values.Count > 1) values = string.Join("; ", values.ToArray());
        // Without a body there is nothing to continue with.
        if (_body is null && name.Equals("Expect", StringComparison.OrdinalIgnoreCase)) return;
        if (_upgrade.IsHttp2 && name.Equals("Sec-WebSocket-Key", StringComparison.OrdinalIgnoreCase)) return;
        if (request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values)) return;
        // What is left are the fields that the platform files under the body; a request without one gets an empty body to carry them.
        if (_upgrade.IsRequested) return;
        request.Content ??= new ByteArrayContent([]);
        if (_body is null && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) return;
        request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
    }

    /// <summary>Who asked, and how: of this server's own knowledge alone.</summary>
    private void Origin(HttpRequestMessage request)
    {
        var client = ClientAddress.Text(_context);
        if (client.Length > 0) request.Headers.TryAddWithoutValidation("X-Forwarded-For", client);
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", _context.Request.Scheme);
        if (_context.Request.Host.Value is { Length: > 0 } host) request.Headers.TryAddWithoutValidation("X-Forwarded-Host", host);
    }

    /// <returns>Null when the header is set.</returns>
    private Failure? Headers(HttpResponseMessage response)
    {
        var connection = response.Headers.NonValidated.TryGetValues("Connection", out var words) ? new StringValues([.. words]) : default;
        foreach (var (name, values) in response.Headers.NonValidated)
            foreach (var value in values)
                if (!HeaderRules.IsWritable(value))
                    return Unusable(name);
        foreach (var (name, values) in response.Content.Headers.NonValidated)
            foreach (var value in values)
                if (!HeaderRules.IsWritable(value))
                    return Unusable(name);

        var outgoing = _context.Response.Headers;
        foreach (var (name, values) in response.Headers.NonValidated)
        {
            if (!HeaderRules.IsReturned(name, connection)) continue;
            var copied = values.Count == 1 ? new StringValues(values.ToString()) : new StringValues([.. values]);
            // Other cookies may be there already; every other field is the upstream's to say.
            outgoing[name] = name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase) ? StringValues.Concat(outgoing.SetCookie, copied) : copied;
        }
        foreach (var (name, values) in response.Content.Headers.NonValidated)
        {
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                // RFC 9112, section 6.3: beside Transfer-Encoding it means nothing, and two that differ are a fault.
                if (response.Headers.NonValidated.Contains("Transfer-Encoding")) continue;
                if (response.Content.Headers.ContentLength is not { } length) return Unusable(name);
                // RFC 9110, section 8.6: these have no body and no length.
                if ((int)response.StatusCode is not (204 or 205)) _context.Response.ContentLength = length;
                continue;
            }
            if (HeaderRules.IsReturned(name, connection)) outgoing[name] = values.Count == 1 ? values.ToString() : new StringValues([.. values]);
        }
        _context.Response.StatusCode = (int)response.StatusCode;
        return null;
    }

    private Failure Unusable(string name)
    {
        BackendProblem = $"the value of its header field {name} is not allowed in HTTP";
        return new Failure(StatusCodes.Status502BadGateway, BackendProblem, CanRetry: false);
    }
}
