using Edge.Foundation.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Edge.Orb.Middlewares;

/// <summary>Changes to header fields, prepared once: first what is removed, then what is set, then what is added.</summary>
internal sealed class HeaderEdit
{
    private readonly string[] _removed;
    private readonly (string Name, StringValues Value)[] _set;
    private readonly (string Name, StringValues Value)[] _added;

    /// <exception cref="OrbException">A field cannot be changed so.</exception>
    public HeaderEdit(HeaderChanges changes)
    {
        foreach (var name in changes.Remove)
            HeaderValue.RefuseFraming("Headers", name);
        foreach (var (name, value) in changes.Set.Concat(changes.Add))
        {
            HeaderValue.RefuseFraming("Headers", name);
            HeaderValue.Check("Headers", name, value);
        }
        _removed = [.. changes.Remove];
        _set = [.. changes.Set.Select(field => (field.Key, new StringValues(field.Value)))];
        _added = [.. changes.Add.Select(field => (field.Key, new StringValues(field.Value)))];
    }

    public bool IsEmpty => _removed.Length + _set.Length + _added.Length == 0;

    public void Apply(IHeaderDictionary headers)
    {
        foreach (var name in _removed)
            headers.Remove(name);
        foreach (var (name, value) in _set)
            headers[name] = value;
        foreach (var (name, value) in _added)
            headers.Append(name, value);
    }
}
