namespace Edge.Foundation.Netmap;

/// <summary>Makes <see cref="ValueList{T}"/>s.</summary>
internal static class ValueLists
{
    /// <summary>A copy of <paramref name="items"/>.</summary>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => new(items.IsEmpty ? null : items.ToArray());

    /// <summary>Takes the array over: nobody may change it from now on.</summary>
    public static ValueList<T> Own<T>(T[]? items) => new(items);
}
