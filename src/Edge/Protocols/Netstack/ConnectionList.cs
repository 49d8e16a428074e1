namespace Edge.Protocols.Netstack;

/// <summary>Connections in the order in which they came to some state, so that the oldest can be given up for a new one.</summary>
internal sealed class ConnectionList
{
    private TcpConnection? _youngest;

    public TcpConnection? Oldest { get; private set; }

    public int Count { get; private set; }

    public void Add(TcpConnection connection)
    {
        connection.List?.Remove(connection);
        connection.List = this;
        connection.Older = _youngest;
        if (_youngest is null)
            Oldest = connection;
        else
            _youngest.Younger = connection;
        _youngest = connection;
        Count++;
    }

    public void Remove(TcpConnection connection)
    {
        if (connection.List != this)
            return;
        if (connection.Older is null)
            Oldest = connection.Younger;
        else
            connection.Older.Younger = connection.Younger;
        if (connection.Younger is null)
            _youngest = connection.Older;
        else
            connection.Younger.Older = connection.Older;
        connection.Older = connection.Younger = null;
        connection.List = null;
        Count--;
    }
}
