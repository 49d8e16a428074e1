using Edge.Foundation.Time;

namespace Edge.Protocols.Netstack;

/// <summary>
/// Connections by the time at which they want to be looked at: a binary heap. A deadline that moves later, as most do, costs nothing: the
/// connection is looked at too early once and placed anew.
/// </summary>
internal sealed class TimerHeap
{
    private (Timestamp At, TcpConnection Connection)[] _items = new (Timestamp, TcpConnection)[16];
    private int _count;

    /// <summary>At or before the first deadline.</summary>
    public Timestamp Next => _count == 0 ? Timestamp.Never : _items[0].At;

    public void Schedule(TcpConnection connection, Timestamp at)
    {
        var index = connection.TimerIndex;
        if (at == Timestamp.Never || index >= 0 && _items[index].At <= at)
            return;
        if (index < 0)
        {
            if (_count == _items.Length)
                Array.Resize(ref _items, _count * 2);
            index = _count++;
        }
        Rise(index, (at, connection));
    }

    /// <summary>The first one whose time has come, taken out of the heap.</summary>
    public TcpConnection? TakeDue(Timestamp now)
    {
        if (_count == 0 || _items[0].At > now)
            return null;
        var connection = _items[0].Connection;
        Remove(connection);
        return connection;
    }

    public void Remove(TcpConnection connection)
    {
        var index = connection.TimerIndex;
        if (index < 0)
            return;
        connection.TimerIndex = -1;
        var last = _items[--_count];
        _items[_count] = default;
        if (index == _count)
            return;
        if (index > 0 && last.At < _items[(index - 1) / 2].At)
            Rise(index, last);
        else
            Sink(index, last);
    }

    private void Rise(int index, (Timestamp At, TcpConnection Connection) item)
    {
        while (index > 0 && item.At < _items[(index - 1) / 2].At)
        {
            Put(index, _items[(index - 1) / 2]);
            index = (index - 1) / 2;
        }
        Put(index, item);
    }

    private void Sink(int index, (Timestamp At, TcpConnection Connection) item)
    {
        while (true)
        {
            var child = 2 * index + 1;
            if (child >= _count)
                break;
            if (child + 1 < _count && _items[child + 1].At < _items[child].At)
                child++;
            if (item.At <= _items[child].At)
                break;
            Put(index, _items[child]);
            index = child;
        }
        Put(index, item);
    }

    private void Put(int index, (Timestamp At, TcpConnection Connection) item)
    {
        _items[index] = item;
        item.Connection.TimerIndex = index;
    }
}
