namespace Edge.Protocols.Netstack;

/// <summary>A list in both directions whose links lie in its items: it holds no memory of its own, and an item leaves it without a search.</summary>
internal struct LinkedItems<T, TLinks>
    where T : class
    where TLinks : ILinks<T>
{
    public T? First { get; private set; }

    public T? Last { get; private set; }

    public int Count { get; private set; }

    /// <summary>At the end.</summary>
    public void Add(T item) => AddAfter(item, Last);

    /// <param name="item">In no such list.</param>
    /// <param name="before">In this one; null: the item becomes the first.</param>
    public void AddAfter(T item, T? before)
    {
        var after = before is null ? First : TLinks.After(before);
        TLinks.Before(item) = before;
        TLinks.After(item) = after;
        if (before is null)
            First = item;
        else
            TLinks.After(before) = item;
        if (after is null)
            Last = item;
        else
            TLinks.Before(after) = item;
        Count++;
    }

    /// <param name="item">In this list.</param>
    public void Remove(T item)
    {
        ref var before = ref TLinks.Before(item);
        ref var after = ref TLinks.After(item);
        if (before is null)
            First = after;
        else
            TLinks.After(before) = after;
        if (after is null)
            Last = before;
        else
            TLinks.Before(after) = before;
        before = after = null;
        Count--;
    }
}
