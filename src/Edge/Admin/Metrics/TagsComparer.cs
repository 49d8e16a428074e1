using TagValue = System.Collections.Generic.KeyValuePair<string, object?>;

namespace Edge.Admin.Metrics;

/// <summary>Tags as an instrument is given them: two sets are one series when they have the same tags in the same order.</summary>
internal sealed class TagsComparer : IEqualityComparer<TagValue[]>, IAlternateEqualityComparer<ReadOnlySpan<TagValue>, TagValue[]>
{
    public static TagsComparer Instance { get; } = new();

    public bool Equals(TagValue[]? x, TagValue[]? y) => Equals(x.AsSpan(), y!);

    public int GetHashCode(TagValue[] tags) => GetHashCode(tags.AsSpan());

    public TagValue[] Create(ReadOnlySpan<TagValue> alternate) => alternate.ToArray();

    public bool Equals(ReadOnlySpan<TagValue> alternate, TagValue[] other)
    {
        if (alternate.Length != other.Length)
            return false;
        for (var i = 0; i < other.Length; i++)
        {
            if (alternate[i].Key != other[i].Key || !Equals(alternate[i].Value, other[i].Value))
                return false;
        }
        return true;
    }

    // An instrument's tags have the same keys every time: the values tell series apart.
    public int GetHashCode(ReadOnlySpan<TagValue> alternate)
    {
        var hash = new HashCode();
        foreach (var tag in alternate)
            hash.Add(tag.Value);
        return hash.ToHashCode();
    }
}
