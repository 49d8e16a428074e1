namespace Edge.Foundation.Time;

/// <summary>
/// Things by when they want to be looked at, soonest first. One may be looked at too early, never too late: its deadline moves forward
/// here at once, and backward only when it comes up, so that packets rarely touch the heap.
/// </summary>
internal sealed class DeadlineHeap<T>
    where T : Scheduled
{
    private T[] _items = new T[16];
    private int _count;

    public Timestamp Next => _count == 0 ? Timestamp.Never : _items[0].ScheduledAt;

    /// <summary>Sees to it that the item comes up at <paramref name="at"/> or before.</summary>
    public void Schedule(T item, Timestamp at)
    {
        if (at >= item.ScheduledAt)
            return;
        item.ScheduledAt = at;
        if (item.HeapPlace < 0)
        {
            if (_count == _items.Length)
                Array.Resize(ref _items, 2 * _count);
            item.HeapPlace = _count++;
        }
        Rise(item);
    }

    /// <summary>Takes out the first item whose time has come.</summary>
    public T? TakeDue(Timestamp now)
    {
        if (_count == 0 || _items[0].ScheduledAt > now)
            return null;
        var due = _items[0];
        Remove(due);
        return due;
    }

    public void Remove(T item)
    {
        var place = item.HeapPlace;
        if (place < 0)
            return;
        var last = _items[--_count];
        _items[_count] = null!;
        item.HeapPlace = -1;
        item.ScheduledAt = Timestamp.Never;
        if (last == item)
            return;
        last.HeapPlace = place;
        Rise(last);
        Sink(last);
    }

    private void Rise(T item)
    {
        var place = item.HeapPlace;
        while (place > 0 && _items[(place - 1) / 2].ScheduledAt > item.ScheduledAt)
        {
            Put(_items[(place - 1) / 2], place);
            place = (place - 1) / 2;
        }
        Put(item, place);
    }

    private void Sink(T item)
    {
        var place = item.HeapPlace;
        while (2 * place + 1 < _count)
        {
            var child = 2 * place + 1;
            if (child + 1 < _count && _items[child + 1].ScheduledAt < _items[child].ScheduledAt)
                child++;
            if (_items[child].ScheduledAt >= item.ScheduledAt)
                break;
            Put(_items[child], place);
            place = child;
        }
        Put(item, place);
    }

    private void Put(T item, int place)
    {
        _items[place] = item;
        item.HeapPlace = place;
    }
}
