using System.Collections.Immutable;
using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Edge.Orb.Matching;

/// <summary>The conditions of one route, compiled once. All that are set must hold; matching allocates nothing for plain requests.</summary>
internal sealed class RouteCondition
{
    private readonly PathPattern? _path;
    private readonly Glob[]? _hosts;
    private readonly string[]? _methods;
    private readonly (string Name, Glob Value)[]? _headers;
    private readonly (string Name, Glob Value)[]? _query;

    public RouteCondition(RouteMatch match)
    {
        _path = match.Path is { } path ? new PathPattern(path) : null;
        _hosts = match.Host is { } hosts ? [.. hosts.Select(host => new Glob(host, ignoreCase: true))] : null;
        _methods = match.Methods is { } methods ? [.. methods] : null;
        _headers = Fields(match.Headers);
        _query = Fields(match.QueryParams);
    }

    public bool Holds(HttpContext context)
    {
        var request = context.Request;
        return (_path is null || _path.IsMatch(request.Path.Value))
            && (_methods is null || HasMethod(request.Method))
            && (_hosts is null || HasHost(request.Host))
            && (_headers is null || HasHeaders(request.Headers))
            && (_query is null || HasQuery(request.QueryString));
    }

    private static (string, Glob)[]? Fields(ImmutableArray<KeyValuePair<string, string>>? fields) =>
        fields is { } all ? [.. all.Select(field => (field.Key, new Glob(field.Value, ignoreCase: false)))] : null;

    private bool HasMethod(string method)
    {
        foreach (var one in _methods!)
            if (string.Equals(one, method, StringComparison.Ordinal))
                return true;
        return false;
    }

    private bool HasHost(HostString host)
    {
        var name = HostName.Of(host);
        foreach (var one in _hosts!)
            if (one.IsMatch(name))
                return true;
        return false;
    }

    private bool HasHeaders(IHeaderDictionary headers)
    {
        foreach (var (name, value) in _headers!)
        {
            var found = false;
            foreach (var line in headers[name])
                found |= line is not null && value.IsMatch(line);
            if (!found)
                return false;
        }
        return true;
    }

    private bool HasQuery(QueryString query)
    {
        foreach (var (name, value) in _query!)
        {
            var found = false;
            foreach (var pair in new QueryStringEnumerable(query.Value))
                found |= pair.DecodeName().Span.SequenceEqual(name) && value.IsMatch(pair.DecodeValue().Span);
            if (!found)
                return false;
        }
        return true;
    }
}
