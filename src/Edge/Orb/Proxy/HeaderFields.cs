using Microsoft.Extensions.Primitives;

namespace Edge.Orb.Proxy;

/// <summary>The lines of a header, in their order; a name may come more than once.</summary>
internal sealed class HeaderFields
{
    private HeaderField[] _fields = new HeaderField[16];

    public int Count { get; private set; }

    /// <summary>Valid until the next change.</summary>
    public ReadOnlySpan<HeaderField> All => _fields.AsSpan(0, Count);

    public void Add(string name, string value)
    {
        if (Count == _fields.Length) Array.Resize(ref _fields, 2 * Count);
        _fields[Count++] = new HeaderField(name, value);
    }

    public void Add(string name, StringValues values)
    {
        foreach (var value in values) Add(name, value ?? "");
    }

    /// <summary>All values of a field.</summary>
    public StringValues Of(string name)
    {
        var values = StringValues.Empty;
        foreach (var field in All)
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                values = StringValues.Concat(values, field.Value);
        return values;
    }

    public void Clear()
    {
        _fields.AsSpan(0, Count).Clear();
        Count = 0;
    }
}
