namespace Edge.Foundation.Time;

/// <summary>Things with work to be done now, first come, first served; each is in it once. It holds no memory of its own.</summary>
internal struct WaitingLine<T>
    where T : Scheduled
{
    private Scheduled? _last;

    /// <summary>Null: nobody waits.</summary>
    public T? First { get; private set; }

    /// <summary>At the end, unless it waits already.</summary>
    public void Add(T item)
    {
        if (item.IsWaiting)
            return;
        item.IsWaiting = true;
        if (_last is null)
            First = item;
        else
            _last.NextWaiting = item;
        _last = item;
    }

    /// <summary>At once where it is the first; else its place is looked for.</summary>
    public void Remove(T item)
    {
        if (!item.IsWaiting)
            return;
        Scheduled? before = null;
        for (Scheduled? at = First; at != item; at = at!.NextWaiting)
            before = at;
        if (before is null)
            First = (T?)item.NextWaiting;
        else
            before.NextWaiting = item.NextWaiting;
        if (_last == item)
            _last = before;
        item.NextWaiting = null;
        item.IsWaiting = false;
    }
}
